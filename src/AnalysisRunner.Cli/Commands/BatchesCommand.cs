using System.CommandLine;
using System.Globalization;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Lists the batches of an invocation.</summary>
internal static class BatchesCommand
{
    private static readonly string[] Headings = ["batch", "name", "state", "jobs", "submitted", "reason"];

    public static Command Create(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var (guid, json) = (ShowCommand.ArGuid(), Flag.Json());
        var command = new ExampleCommand("batches", "List the batches of an invocation. Columns: " + string.Join(", ", Headings) + ".", "analysis-runner batches a1b2c3d4-0000-4000-8000-000000000001");
        command.Add(guid);
        command.Add(json);
        servers.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var invocation = await servers.AskAsync(parsed, api => api.GetInvocationAsync(parsed.GetValue(guid)!, cancellation), cancellation).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                screen.WriteJson(writer =>
                {
                    writer.WriteStartArray();
                    foreach (var batch in invocation.Batches) System.Text.Json.JsonSerializer.Serialize(writer, batch, ContractsJson.Default.BatchSummary);
                    writer.WriteEndArray();
                });
                return;
            }
            screen.WriteTable(
                Headings,
                [.. invocation.Batches.Select(batch => new[] { batch.Key, batch.Name, batch.State.ToName(), Count(batch.Jobs), InvocationsCommand.Moment(batch.SubmittedAt), batch.Reason ?? "" })],
                "The invocation has no batch.");
        });
        return command;
    }

    /// <summary>How far a batch is, in words.</summary>
    public static string Count(JobCounts jobs) => string.Create(
        CultureInfo.InvariantCulture,
        $"{jobs.Succeeded + jobs.Failed + jobs.Cancelled} of {jobs.Total} ended{(jobs.Running > 0 ? $", {jobs.Running} running" : "")}{(jobs.Failed > 0 ? $", {jobs.Failed} failed" : "")}");

    /// <summary>The key of an invocation's batch, where it has one batch.</summary>
    /// <exception cref="AnalysisRunnerException">AR1072: it has none, or several.</exception>
    public static async Task<string> OnlyAsync(IAnalysisRunnerApi api, string arGuid, CancellationToken cancellation)
    {
        var batches = (await api.GetInvocationAsync(arGuid, cancellation).ConfigureAwait(false)).Batches;
        return batches.Count == 1
            ? batches[0].Key
            : throw new AnalysisRunnerException(
                CommandLineCodes.ValueMalformed,
                batches.Count == 0 ? $"The invocation '{arGuid}' has no batch." : $"The invocation '{arGuid}' has {batches.Count} batches. Name one: {string.Join(", ", batches.Select(batch => batch.Key))}.");
    }
}
