using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Cli.Reproducing;
using AnalysisRunner.Cli.Storing;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Storage;
using AnalysisRunner.Submission;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Runs an invocation again and says whether it made the same, byte for byte.</summary>
internal static class ReproduceCommand
{
    private static readonly string[] Headings = ["result", "category", "path", "bytes", "bytes again"];

    public static Command Create(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var what = new Argument<string>("ar-guid|path") { Description = "The invocation; or one of its outputs, or the folder of its outputs: gs://bucket/…, s3://bucket/… or local." };
        var output = new Option<string>("--output-dir", "-o") { Description = "Where the repetition writes: a path inside the dataset's storage. Default: one of its own." };
        var environment = new Option<string[]>("--env", "-e") { Description = "A value of an environment variable, NAME=value: values are not recorded. Again for each." };
        var against = new Option<string>("--against") { Description = "Run nothing; compare with this invocation, once it has ended." };
        var json = Flag.Json();
        var command = new ExampleCommand(
            "reproduce",
            "Run an invocation again into another output prefix, and compare every output by size and SHA-256; exit 11 when one differs. Columns: " + string.Join(", ", Headings) + ".",
            "analysis-runner reproduce a1b2c3d4-0000-4000-8000-000000000001",
            "analysis-runner reproduce gs://cohort-main/default/v1/summary.tsv --json",
            "analysis-runner reproduce a1b2c3d4-0000-4000-8000-000000000001 --against b1b2c3d4-0000-4000-8000-000000000002");
        command.Add(what);
        foreach (var option in new Option[] { output, environment, against, json }) command.Add(option);
        servers.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var values = RerunCommand.Environment(parsed.GetValue(environment) ?? []);
            using var connection = servers.Connect(servers.Choose(parsed));
            var original = await FindAsync(context, connection, parsed.GetValue(what)!, cancellation).ConfigureAwait(false);
            screen.Note($"Invocation {original.ArGuid} of {InvocationsCommand.Moment(original.SubmittedAt)} by {original.SubmittedBy}, commit {original.Commit}.");
            var reproduction = new Reproduction(connection, screen, context.Environment);
            var report = parsed.GetValue(against) is { Length: > 0 } other
                ? await reproduction.CompareAsync(original, other, cancellation).ConfigureAwait(false)
                : await reproduction.RunAsync(original, parsed.GetValue(output) is { Length: > 0 } prefix ? prefix : null, values, cancellation).ConfigureAwait(false);
            if (parsed.GetValue(json)) screen.WriteJson(writer => Write(writer, report));
            else screen.WriteTable(Headings, [.. report.Outputs.Select(Row)], "There is no output.");
            return Conclude(screen, report);
        });
        return command;
    }

    private static async Task<Invocation> FindAsync(CommandContext context, RunnerConnection connection, string what, CancellationToken cancellation)
    {
        var api = await connection.GetAsync(cancellation).ConfigureAwait(false);
        if (OutputMetadata.IsArGuid(what)) return await api.GetInvocationAsync(what, cancellation).ConfigureAwait(false);
        var stores = new ObjectStores();
        await using var opened = stores.ConfigureAwait(false);
        return await new OutputOrigin(api, stores).FindAsync(context.Parse(what), cancellation).ConfigureAwait(false);
    }

    private static int Conclude(Screen screen, ReproductionReport report)
    {
        var counts = string.Join(", ", Enum.GetValues<OutputResult>().Where(result => result is OutputResult.Same || report.Count(result) > 0).Select(result => $"{report.Count(result)} {Name(result)}"));
        screen.Note($"Of {report.Outputs.Count} output{(report.Outputs.Count == 1 ? "" : "s")}: {counts}.");
        if (report.IsReproduced) return ExitCodes.Success;
        if (!report.EndedAlike)
        {
            screen.Report([new Problem(CommandLineCodes.NotReproduced, $"Invocation '{report.Original.ArGuid}' {report.Original.State.ToName()}, and its repetition '{report.Repetition.ArGuid}' {report.Repetition.State.ToName()}. Look at the log of the repetition.")]);
            return ExitCodes.RunFailed;
        }
        screen.Report([new Problem(CommandLineCodes.NotReproduced, $"Invocation '{report.Original.ArGuid}' is not reproduced by '{report.Repetition.ArGuid}': their outputs differ. Both are there to be compared.")]);
        return ExitCodes.Different;
    }

    private static string Name(OutputResult result) => result.ToString().ToLowerInvariant();

    private static IReadOnlyList<string> Row(ComparedOutput output) => [Name(output.Result), output.Category, output.Path, Bytes(output.Before), Bytes(output.After)];

    private static string Bytes(InvocationOutput? output) => output?.Length.ToString(CultureInfo.InvariantCulture) ?? "";

    private static void Write(Utf8JsonWriter writer, ReproductionReport report)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("reproduced", report.IsReproduced);
        WriteEnd(writer, "invocation", report.Original);
        WriteEnd(writer, "repetition", report.Repetition);
        writer.WriteStartArray("outputs");
        foreach (var output in report.Outputs)
        {
            writer.WriteStartObject();
            writer.WriteString("result", Name(output.Result));
            writer.WriteString("category", output.Category);
            writer.WriteString("path", output.Path);
            WriteContent(writer, "invocation", output.Before);
            WriteContent(writer, "repetition", output.After);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteEnd(Utf8JsonWriter writer, string name, Invocation invocation)
    {
        writer.WriteStartObject(name);
        writer.WriteString("arGuid", invocation.ArGuid);
        writer.WriteString("state", invocation.State.ToName());
        writer.WriteString("outputPath", invocation.OutputPath);
        writer.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter writer, string name, InvocationOutput? output)
    {
        if (output is null) return;
        writer.WriteStartObject(name);
        writer.WriteNumber("bytes", output.Length);
        if (output.Sha256 is { } sha256) writer.WriteString("sha256", sha256);
        if (output.Problem is { } problem) writer.WriteString("problem", problem);
        writer.WriteEndObject();
    }
}
