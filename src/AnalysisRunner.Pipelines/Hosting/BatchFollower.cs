using AnalysisRunner.Contracts;
using AnalysisRunner.Engines;

namespace AnalysisRunner.Pipelines.Hosting;

/// <summary>Shows a batch that runs in this process until it has ended.</summary>
internal sealed class BatchFollower(IBatchEngine engine, ProgressDisplay display)
{
    /// <summary>Nobody reads the output of more jobs than this as it comes; then only what failed is shown, at the end.</summary>
    private const int MostJobsToPrint = 50;

    private const int MostFailuresToPrint = 10;
    private const int PageSize = 10_000;

    /// <summary>Follows a batch that the engine has accepted, and tells how it ended.</summary>
    public async Task<BatchSummary> FollowAsync(BatchSpec spec)
    {
        // Subscribed first, so that an end between this line and the next is not missed.
        var changes = engine.WatchAsync(CancellationToken.None);
        var progress = WatchAsync(changes, spec.Key);
        if (spec.Jobs.Count <= MostJobsToPrint)
        {
            foreach (var job in spec.Jobs) await PrintAsync(spec.Key, job.Id, job.Name, follow: true).ConfigureAwait(false);
        }
        var ended = await progress.ConfigureAwait(false);
        display.Clear();
        if (spec.Jobs.Count > MostJobsToPrint && ended.Jobs.Failed > 0) await PrintFailuresAsync(spec).ConfigureAwait(false);
        display.WriteLine($"Batch {spec.Name} {ended.State.ToName()}: {ended.Jobs.Succeeded} of {ended.Jobs.Total} jobs succeeded");
        return ended;
    }

    private async Task<BatchSummary> WatchAsync(IAsyncEnumerable<BatchSummary> changes, string key)
    {
        if (await engine.GetAsync(key, CancellationToken.None).ConfigureAwait(false) is { } now && now.State != BatchState.Running) return now;
        await foreach (var change in changes.ConfigureAwait(false))
        {
            if (change.Key != key) continue;
            if (change.State != BatchState.Running) return change;
            display.Update(change);
        }
        throw new InvalidOperationException($"The engine closed before the batch \"{key}\" ended.");
    }

    private async Task PrintFailuresAsync(BatchSpec spec)
    {
        var left = MostFailuresToPrint;
        for (var after = 0; left > 0; after += PageSize)
        {
            var page = await engine.GetJobsAsync(spec.Key, after, PageSize, CancellationToken.None).ConfigureAwait(false);
            foreach (var failed in page.Where(job => job.State == JobState.Failed).Take(left))
            {
                await PrintAsync(spec.Key, failed.Id, failed.Name, follow: false).ConfigureAwait(false);
                left--;
            }
            if (page.Count < PageSize) return;
        }
    }

    private async Task PrintAsync(string key, int id, string name, bool follow)
    {
        var lines = new PrefixedLines(display, name.Length > 0 ? name : $"job {id}");
        await foreach (var piece in engine.ReadLogAsync(key, id, null, 0, follow, CancellationToken.None).ConfigureAwait(false)) lines.Write(piece);
        lines.Finish();
        var ended = (await engine.GetJobsAsync(key, id - 1, 1, CancellationToken.None).ConfigureAwait(false)).Single();
        if (ended.State != JobState.Succeeded) lines.Say(Describe(ended));
    }

    private static string Describe(JobSummary job) =>
        $"{job.State.ToName()}{(job.Reason ?? (job.ExitCode is { } code ? $"exit code {code}" : null)) switch { { } why => $": {why}", null => "" }}";
}
