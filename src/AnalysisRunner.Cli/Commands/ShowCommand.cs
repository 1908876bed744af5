using System.CommandLine;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Contracts;
using AnalysisRunner.Submission;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Shows one invocation.</summary>
internal static class ShowCommand
{
    public static Command Create(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var guid = ArGuid();
        var (config, json) = (Flag.Create("--config", "Print the composed config instead, as TOML."), Flag.Json());
        var command = new ExampleCommand(
            "show",
            "Show an invocation: what, who, when, from which commit, and how it went.",
            "analysis-runner show a1b2c3d4-0000-4000-8000-000000000001",
            "analysis-runner show a1b2c3d4-0000-4000-8000-000000000001 --config > run.toml");
        command.Add(guid);
        command.Add(config);
        command.Add(json);
        servers.AddTo(command);
        command.SetAction((parsed, cancellation) => servers.AskAsync(
            parsed,
            async api =>
            {
                var asked = parsed.GetValue(guid)!;
                if (parsed.GetValue(config))
                {
                    screen.WriteText(await api.GetConfigAsync(asked, cancellation).ConfigureAwait(false));
                    return ExitCodes.Success;
                }
                var invocation = await api.GetInvocationAsync(asked, cancellation).ConfigureAwait(false);
                if (parsed.GetValue(json)) screen.WriteJson(invocation, ContractsJson.Default.Invocation);
                else Write(screen, invocation);
                return ExitCodes.Success;
            },
            cancellation));
        return command;
    }

    /// <summary>The argument that names an invocation.</summary>
    public static Argument<string> ArGuid() => new("ar-guid") { Description = "The invocation." };

    private static void Write(Screen screen, Invocation invocation)
    {
        var command = invocation.Script.Count > 0 ? ShellWords.Join(invocation.Script) : $"{invocation.Project} {ShellWords.Join(invocation.Arguments)}".TrimEnd();
        screen.WriteFields(
            ("ar-guid", invocation.ArGuid),
            ("state", invocation.State.ToName()),
            ("reason", invocation.Reason),
            ("description", invocation.Description),
            ("dataset", $"{invocation.Dataset}, {invocation.AccessLevel.ToName()} ({invocation.Namespace})"),
            ("submitted", $"{InvocationsCommand.Moment(invocation.SubmittedAt)} by {invocation.SubmittedBy}"),
            ("finished", invocation.FinishedAt is { } finished ? InvocationsCommand.Moment(finished) : null),
            ("repository", invocation.Repository ?? invocation.WorkTree),
            ("commit", invocation.Commit + (invocation.Branch is { } branch ? $" ({branch})" : "")),
            ("folder", invocation.WorkingDirectory),
            ("command", command),
            ("configuration", invocation.Configuration),
            ("environment", string.Join(", ", invocation.EnvironmentNames)),
            ("image", invocation.Image),
            ("resolved image", invocation.ResolvedImage),
            ("output", invocation.OutputPath),
            ("config", invocation.ConfigPath),
            ("repeats", invocation.RerunOf),
            ("url", invocation.Url));
        foreach (var step in invocation.Steps)
        {
            var took = step.FinishedAt is { } end ? $"{(end - step.StartedAt).TotalSeconds:0.0} s, exit {step.ExitCode}" : "running";
            screen.WriteLine($"step {step.Name}: {took}");
        }
        foreach (var batch in invocation.Batches)
            screen.WriteLine($"batch {batch.Key} '{TerminalText.OneLine(batch.Name)}': {batch.State.ToName()}, {BatchesCommand.Count(batch.Jobs)}");
    }
}
