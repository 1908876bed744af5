using System.Runtime.CompilerServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Pipelines;

/// <summary>
/// A batch that was handed over. <c>await handle</c> waits until it has ended, and throws when it did not succeed, as <see cref="Batch.RunAsync"/> does
/// when it waits.
/// </summary>
public sealed class BatchHandle
{
    private readonly Func<CancellationToken, Task<BatchSummary>> _wait;
    private readonly CodeLine _runAt;

    internal BatchHandle(string key, string name, string? url, CodeLine runAt, Func<CancellationToken, Task<BatchSummary>> wait) =>
        (Key, Name, Url, _runAt, _wait) = (key, name, url, runAt, wait);

    /// <summary>The batch's id at its engine; empty when it was only planned.</summary>
    public string Key { get; }

    /// <summary>The name shown to people.</summary>
    public string Name { get; }

    /// <summary>The page that shows it; null when it runs in this process or was only planned.</summary>
    public string? Url { get; }

    /// <summary>What a dry run would have handed over; null when the batch was handed over.</summary>
    public BatchPlan? Plan { get; private init; }

    /// <summary>Waits until the batch has ended, however it did, and tells how. Cancelling ends the waiting, not the batch.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR5119</c>: it was only planned, so that there is no end to wait for.</exception>
    public Task<BatchSummary> WaitAsync(CancellationToken cancellation = default) => _wait(cancellation);

    /// <summary>What <c>await handle</c> calls.</summary>
    public TaskAwaiter<BatchSummary> GetAwaiter() => EnsureSucceededAsync(CancellationToken.None).GetAwaiter();

    /// <summary>The handle of a batch that was not handed over.</summary>
    internal static BatchHandle OfPlan(BatchPlan plan, CodeLine at) => new("", plan.Name, null, at, _ => throw at.Fault(
        PipelineCodes.OnlyPlanned, $"The batch \"{plan.Name}\" was only planned, so there is no end to wait for. Look whether the handle has a Plan, or run it without dryRun and hail.dry_run."))
    {
        Plan = plan,
    };

    internal async Task<BatchSummary> EnsureSucceededAsync(CancellationToken cancellation)
    {
        var ended = await WaitAsync(cancellation).ConfigureAwait(false);
        return ended.State == BatchState.Succeeded
            ? ended
            : throw _runAt.Fault(PipelineCodes.BatchDidNotSucceed,
                $"The batch \"{Name}\" {ended.State.ToName()}: {ended.Reason ?? $"{ended.Jobs.Failed} of {ended.Jobs.Total} jobs failed"}. See {Url ?? "the output above"}.");
    }
}
