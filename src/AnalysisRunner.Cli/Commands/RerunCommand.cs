using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission;
using AnalysisRunner.Submission.Following;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Submits an invocation again, exactly as it was recorded; what is to be otherwise is recorded as a change.</summary>
internal static class RerunCommand
{
    public static Command Create(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var guid = ShowCommand.ArGuid();
        var set = new Option<string[]>("--set") { Description = "A member of the submission and its new value, NAME=value: as JSON, or a plain text. 'null' removes it. Again for each." };
        var environment = new Option<string[]>("--env", "-e") { Description = "A value of an environment variable, NAME=value: values are not recorded. Again for each." };
        var wait = Flag.Create("--wait", "Follow the run; exit 8 when it fails.");
        var json = Flag.Json();
        var command = new ExampleCommand(
            "rerun",
            "Submit an invocation again, exactly as it was recorded.",
            "analysis-runner rerun a1b2c3d4-0000-4000-8000-000000000001 --wait",
            "analysis-runner rerun a1b2c3d4-0000-4000-8000-000000000001 --set outputPrefix=cohort/v2 --set memory=16Gi");
        command.Add(guid);
        foreach (var option in new Option[] { set, environment, wait, json }) command.Add(option);
        servers.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var changes = Changes(parsed.GetValue(set) ?? [], parsed.GetValue(environment) ?? []);
            using var connection = servers.Connect(servers.Choose(parsed));
            // One key: however often it is sent, it makes one run.
            var key = Guid.NewGuid().ToString("N");
            var api = await connection.GetAsync(cancellation).ConfigureAwait(false);
            var accepted = await api.RerunAsync(parsed.GetValue(guid)!, changes, key, cancellation).ConfigureAwait(false);
            screen.Note($"Run {accepted.ArGuid}, which repeats {parsed.GetValue(guid)}, was accepted: {accepted.SignInUrl ?? accepted.Url}");
            if (parsed.GetValue(json)) screen.WriteJson(accepted, ContractsJson.Default.SubmissionAccepted);
            else if (!parsed.GetValue(wait)) screen.WriteLine(accepted.Url);
            if (!parsed.GetValue(wait)) return ExitCodes.Success;

            var notes = RunProgress.For(new NoteOutput(screen), context.Environment);
            var ended = await new RunFollower(connection, new ResultOutput(screen), Persistence.Default, TimeSpan.FromSeconds(1), notes).FollowAsync(accepted.ArGuid, cancellation).ConfigureAwait(false);
            screen.Note($"Run {ended.ArGuid} {ended.State.ToName()}{(ended.Reason is { } reason ? $": {reason}" : "")}.");
            return ended.State == InvocationState.Succeeded ? ExitCodes.Success : ExitCodes.RunFailed;
        });
        return command;
    }

    private static JsonObject Changes(string[] set, string[] environment)
    {
        var changes = new JsonObject();
        foreach (var (name, value) in set.Select(Pair)) changes[name] = Value(value);
        if (environment.Length > 0) changes["environment"] = Environment(environment);
        return changes;
    }

    /// <summary>The values of <c>--env</c>.</summary>
    /// <exception cref="AnalysisRunnerException">AR1072: one is not of the form NAME=value.</exception>
    public static JsonObject Environment(string[] pairs)
    {
        var values = new JsonObject();
        foreach (var (name, value) in pairs.Select(Pair)) values[name] = value;
        return values;
    }

    private static (string Name, string Value) Pair(string text) => text.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals
        ? (text[..equals], text[(equals + 1)..])
        : throw new AnalysisRunnerException(CommandLineCodes.ValueMalformed, $"'{TerminalText.OneLine(text)}' is not of the form NAME=value. Write it so.");

    /// <summary>JSON where it is JSON: a list, true, null. Anything else, numbers too, is the text that it is, as all plain members are.</summary>
    private static JsonNode? Value(string text)
    {
        if (text is not ("null" or "true" or "false" or ['[' or '{' or '"', ..])) return text;
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException exception)
        {
            throw new AnalysisRunnerException(CommandLineCodes.ValueMalformed, $"The value '{TerminalText.OneLine(text)}' begins like JSON and is none: {exception.Message} A text that begins so is written in double quotes.", exception);
        }
    }
}
