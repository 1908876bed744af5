using System.CommandLine;
using System.Globalization;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Lists the jobs of a batch.</summary>
internal static class JobsCommand
{
    private const int Page = 1000;

    private static readonly string[] Headings = ["job", "name", "state", "exit", "attempts", "seconds", "reason"];

    public static Command Create(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var id = new Argument<string>("batch") { Description = "The batch; or an invocation that has one." };
        var state = new Option<string>("--state") { Description = "Only jobs in this state." };
        var json = Flag.Json();
        var command = new ExampleCommand(
            "jobs",
            "List the jobs of a batch. Columns: " + string.Join(", ", Headings) + ".",
            "analysis-runner jobs a1b2c3d4-0000-4000-8000-000000000001",
            "analysis-runner jobs 5f0c1d --state failed");
        command.Add(id);
        command.Add(state);
        command.Add(json);
        servers.AddTo(command);
        command.SetAction((parsed, cancellation) => servers.AskAsync(
            parsed,
            async api =>
            {
                var asked = parsed.GetValue(id)!;
                var key = Guid.TryParseExact(asked, "D", out _) ? await BatchesCommand.OnlyAsync(api, asked, cancellation).ConfigureAwait(false) : asked;
                var jobs = await ListAsync(api, key, cancellation).ConfigureAwait(false);
                if (parsed.GetValue(state) is { Length: > 0 } only) jobs = [.. jobs.Where(job => job.State.ToName() == only)];
                if (parsed.GetValue(json)) screen.WriteJson(jobs, ContractsJson.Default.IReadOnlyListJobSummary);
                else screen.WriteTable(Headings, [.. jobs.Select(Row)], "There is no such job.");
                return ExitCodes.Success;
            },
            cancellation));
        return command;
    }

    private static async Task<IReadOnlyList<JobSummary>> ListAsync(IAnalysisRunnerApi api, string key, CancellationToken cancellation)
    {
        var jobs = new List<JobSummary>();
        while (true)
        {
            var page = await api.GetJobsAsync(key, jobs.Count == 0 ? 0 : jobs[^1].Id, Page, cancellation).ConfigureAwait(false);
            jobs.AddRange(page);
            if (page.Count < Page) return jobs;
        }
    }

    private static IReadOnlyList<string> Row(JobSummary job) =>
    [
        job.Id.ToString(CultureInfo.InvariantCulture),
        job.Name,
        job.State.ToName(),
        job.Signal is { } signal ? $"signal {signal}" : job.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "",
        job.Attempts.ToString(CultureInfo.InvariantCulture),
        job is { StartedAt: { } start, FinishedAt: { } end } ? (end - start).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) : "",
        job.Reason ?? "",
    ];
}
