using System.Globalization;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Pages;

/// <summary>A batch with its jobs.</summary>
internal static class BatchPages
{
    /// <summary>How many jobs one page shows.</summary>
    public const int PageSize = 500;

    /// <summary>Batches, one in a row.</summary>
    public static Html Table(IReadOnlyList<BatchSummary> batches) => Html.Of(
        $"""
        <table>
        <tr><th>Batch</th><th>State</th><th>Jobs</th><th>Submitted</th><th>Took</th></tr>
        {Html.Join(batches.Select(Row))}</table>
        """);

    /// <summary>The first jobs of a batch, for the page of its invocation; nothing where there are none.</summary>
    public static Html Jobs(BatchSummary batch, IReadOnlyList<JobSummary> jobs) => jobs.Count == 0
        ? Html.Empty
        : Html.Of(
            $"""
            <h3>Jobs of {batch.Name}</h3>
            {JobTable(batch.Key, jobs)}
            {(jobs.Count < batch.Jobs.Total ? Html.Of($"<p><a href=\"/batches/{Uri.EscapeDataString(batch.Key)}\">All {batch.Jobs.Total} jobs</a></p>") : Html.Empty)}

            """);

    /// <summary>One batch.</summary>
    public static Html One(BatchSummary batch, IReadOnlyList<JobGroupSummary> groups, IReadOnlyList<JobSummary> jobs, int after) => Layout.Page(
        batch.Name,
        Html.Of(
            $"""
            <p>{Layout.State(batch.State.ToName())} {batch.Reason}</p>
            <p>{Counts(batch.Jobs)} · invocation <a href="/invocations/{InvocationOf(batch.Key)}">{InvocationOf(batch.Key)}</a></p>
            {GroupTable(groups)}
            {JobTable(batch.Key, jobs)}
            {(jobs.Count == PageSize ? Html.Of($"<p><a href=\"/batches/{Uri.EscapeDataString(batch.Key)}?after={jobs[^1].Id}\">Next {PageSize} jobs</a></p>") : Html.Empty)}
            {(after > 0 ? Html.Of($"<p><a href=\"/batches/{Uri.EscapeDataString(batch.Key)}\">First jobs</a></p>") : Html.Empty)}
            """),
        batch.State == BatchState.Running);

    private static Html Row(BatchSummary batch) => Html.Of(
        $"""
        <tr><td><a href="/batches/{Uri.EscapeDataString(batch.Key)}">{batch.Name}</a></td><td>{Layout.State(batch.State.ToName())} {batch.Reason}</td><td>{Counts(batch.Jobs)}</td><td>{Layout.Time(batch.SubmittedAt)}</td><td>{Layout.Duration(batch.SubmittedAt, batch.FinishedAt)}</td></tr>

        """);

    private static Html GroupTable(IReadOnlyList<JobGroupSummary> groups) => groups.Count == 0
        ? Html.Empty
        : Html.Of(
            $"""
            <table>
            <tr><th>Group</th><th>State</th><th>Jobs</th></tr>
            {Html.Join(groups.Select(Row))}</table>
            """);

    private static Html Row(JobGroupSummary group) => Html.Of(
        $"""
        <tr><td>{group.Name}</td><td>{Layout.State(group.State.ToName())} {group.Reason}</td><td>{Counts(group.Jobs)}</td></tr>

        """);

    private static Html JobTable(string key, IReadOnlyList<JobSummary> jobs) => Html.Of(
        $"""
        <table>
        <tr><th>Job</th><th>Name</th><th>State</th><th>Started</th><th>Took</th><th>Exit</th><th>Attempts</th><th>Cpu</th><th>Memory</th><th>Log</th></tr>
        {Html.Join(jobs.Select(job => Row(key, job)))}</table>
        """);

    private static Html Row(string key, JobSummary job) => Html.Of(
        $"""
        <tr><td>{job.Id}</td><td>{job.Name}</td><td>{Layout.State(job.State.ToName())} {job.Reason}</td><td>{Layout.Time(job.StartedAt)}</td><td>{Layout.Duration(job.StartedAt, job.FinishedAt)}</td><td>{Exit(job)}</td><td>{job.Attempts}</td><td>{Cpu(job)}</td><td>{Memory(job)}</td><td><a href="/batches/{Uri.EscapeDataString(key)}/jobs/{job.Id}/log">log</a></td></tr>

        """);

    private static Html Exit(JobSummary job) =>
        job.ExitCode is { } code ? Html.Of($"{code}") : job.Signal is { } signal ? Html.Of($"signal {signal}") : Html.Empty;

    private static Html Cpu(JobSummary job) =>
        job.CpuMilliseconds is { } used ? Html.Of($"{(used / 1000m).ToString("0.##", CultureInfo.InvariantCulture)} s") : Html.Empty;

    private static Html Memory(JobSummary job) =>
        job.PeakMemoryBytes is { } peak ? Html.Of($"{(peak / 1048576m).ToString("0.#", CultureInfo.InvariantCulture)} MiB") : Html.Empty;

    private static Html Counts(JobCounts jobs) => Html.Of(
        $"{jobs.Total} jobs: {jobs.Succeeded} succeeded, {jobs.Running} running, {jobs.Pending + jobs.Ready} waiting, {jobs.Failed} failed, {jobs.Cancelled} cancelled");

    private static string InvocationOf(string key) => key.Length >= 36 ? key[..36] : key;
}
