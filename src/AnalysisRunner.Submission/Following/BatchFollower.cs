using AnalysisRunner.Contracts;

namespace AnalysisRunner.Submission.Following;

/// <summary>Prints the logs of one batch's jobs, each once, when the job has ended.</summary>
internal sealed class BatchFollower(string key, RunnerConnection connection, Persistence persistence, ISubmissionOutput output)
{
    private const int PageSize = 500;
    private const int MostLogs = 50;
    private const long LongestLog = 1024 * 1024;

    private readonly HashSet<int> _printed = [];
    private int _logs;
    private JobCounts? _counts;

    /// <summary>All jobs up to this one are printed: pages start after it.</summary>
    private int _done;

    public async Task PrintEndedJobsAsync(BatchSummary batch, CancellationToken cancellation)
    {
        // Nothing ended since the last look.
        if (_counts is { } counts && Ended(counts) == Ended(batch.Jobs)) return;

        for (var after = _done; ;)
        {
            var start = after;
            var page = await persistence.AskAsync(connection, api => api.GetJobsAsync(key, start, PageSize, cancellation), cancellation).ConfigureAwait(false);
            foreach (var job in page)
            {
                after = job.Id;
                if (job.IsFinal && !_printed.Contains(job.Id)) await PrintAsync(job, cancellation).ConfigureAwait(false);
                if (job.Id == _done + 1 && job.IsFinal) _done = job.Id;
            }
            if (page.Count < PageSize) break;
        }
        _counts = batch.Jobs;
    }

    private static int Ended(JobCounts counts) => counts.Succeeded + counts.Failed + counts.Cancelled;

    private async Task PrintAsync(JobSummary job, CancellationToken cancellation)
    {
        var name = TerminalText.Neutralise(job.Name.Length > 0 ? job.Name : $"job {job.Id}");
        if (job.State == JobState.Cancelled && job.StartedAt is null)
        {
            // One line each would drown a large batch whose first job failed.
            if (++_logs <= MostLogs) output.WriteLine($"{name} | (not started: {TerminalText.OneLine(job.Reason ?? "cancelled")})");
        }
        else if (job.State == JobState.Failed || _logs < MostLogs)
        {
            if (++_logs == MostLogs) output.WriteLine($"{name} | (this is the {MostLogs}th log of the batch; from here on, only failed jobs are shown)");
            await PrintLogAsync(job.Id, name, cancellation).ConfigureAwait(false);
            if (job.State == JobState.Failed) output.WriteLine($"{name} | (failed: {TerminalText.OneLine(job.Reason ?? $"exit code {job.ExitCode}")})");
        }
        _printed.Add(job.Id);
    }

    private async Task PrintLogAsync(int job, string name, CancellationToken cancellation)
    {
        var offset = 0L;
        var lines = new LineReader();
        await persistence.AskAsync(
            connection,
            async api =>
            {
                await foreach (var piece in api.ReadJobLogAsync(key, job, null, offset, follow: false, cancellation).ConfigureAwait(false))
                {
                    offset += piece.Length;
                    foreach (var line in lines.Feed(piece.Span)) output.WriteLine($"{name} | {line}");
                    if (offset > LongestLog) break;
                }
                return true;
            },
            cancellation).ConfigureAwait(false);
        foreach (var line in lines.Finish()) output.WriteLine($"{name} | {line}");
        if (offset > LongestLog) output.WriteLine($"{name} | (the log goes on; the page of the run has all of it)");
    }
}
