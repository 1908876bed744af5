using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines;

/// <summary>
/// Runs batches. Every engine passes one contract suite. What an engine has accepted survives the death of the process that hosts it.
/// </summary>
public interface IBatchEngine : IAsyncDisposable
{
    /// <summary>The engine's name in config and records, such as <c>local</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Accepts a batch durably, before any of its jobs starts. Idempotent by <see cref="BatchSpec.Key"/>: a known key answers with the batch as it
    /// is and starts nothing.
    /// </summary>
    /// <exception cref="AnalysisRunnerException">The batch is malformed, or a job could never run here.</exception>
    Task<BatchSummary> SubmitAsync(BatchSpec spec, CancellationToken cancellation);

    /// <summary>The batch, or null when no batch has the key.</summary>
    ValueTask<BatchSummary?> GetAsync(string key, CancellationToken cancellation);

    /// <summary>At most <paramref name="limit"/> jobs of a batch with ids above <paramref name="after"/>, ascending; empty when there are none.</summary>
    ValueTask<IReadOnlyList<JobSummary>> GetJobsAsync(string key, int after, int limit, CancellationToken cancellation);

    /// <summary>
    /// What was asked for: at most <paramref name="limit"/> jobs of a batch with ids above <paramref name="after"/>, ascending; empty when there are none.
    /// </summary>
    ValueTask<IReadOnlyList<JobSpec>> GetJobSpecsAsync(string key, int after, int limit, CancellationToken cancellation);

    /// <summary>The attempts of a job, ascending; empty when there are none, or no such job.</summary>
    ValueTask<IReadOnlyList<AttemptSummary>> GetAttemptsAsync(string key, int job, CancellationToken cancellation);

    /// <summary>The groups of a batch, ascending; empty when there are none.</summary>
    ValueTask<IReadOnlyList<JobGroupSummary>> GetGroupsAsync(string key, CancellationToken cancellation);

    /// <summary>
    /// The bytes that a job wrote to stdout and stderr, from <paramref name="offset"/> on, in one attempt. With <paramref name="follow"/> the sequence ends
    /// when the attempt has ended and everything was read; without, at the current end. Logs of earlier attempts are kept as long as that of the last one.
    /// </summary>
    /// <param name="key">The batch's key.</param>
    /// <param name="job">The job's id.</param>
    /// <param name="attempt">The attempt, from 1; null is the last one, and followed, those that come after it too, until the job has ended.</param>
    /// <param name="offset">The first byte, from 0.</param>
    /// <param name="follow">Whether to wait for what is still to come.</param>
    /// <param name="cancellation">Breaks the sequence off.</param>
    IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLogAsync(string key, int job, int? attempt, long offset, bool follow, CancellationToken cancellation);

    /// <summary>How many bytes <see cref="ReadLogAsync"/> would read from the beginning now; 0 when there is no log.</summary>
    ValueTask<long> GetLogLengthAsync(string key, int job, int? attempt, CancellationToken cancellation);

    /// <summary>Cancels what has not ended; running jobs are stopped. Idempotent; unknown keys are ignored.</summary>
    Task CancelAsync(string key, string reason, CancellationToken cancellation);

    /// <summary>Cancels what has not ended of one group and of the groups in it, and nothing else. Idempotent; unknown keys and groups are ignored.</summary>
    Task CancelGroupAsync(string key, int group, string reason, CancellationToken cancellation);

    /// <summary>
    /// Changes from now on: the summary of a batch after each change of a job, coalesced per batch when the reader is slower than the changes. The
    /// final summary of a batch is never dropped. Subscribing happens at the call, not at the first read.
    /// </summary>
    IAsyncEnumerable<BatchSummary> WatchAsync(CancellationToken cancellation);

    /// <summary>The batches that have ended and are not forgotten, in no order.</summary>
    /// <param name="measures">Whether to measure their files, which reads every folder.</param>
    /// <param name="cancellation">Ends it.</param>
    IAsyncEnumerable<KeptBatch> ListKeptAsync(bool measures, CancellationToken cancellation);

    /// <summary>Deletes the scratch files of a batch that has ended; its records and logs stay. Unknown keys are ignored.</summary>
    /// <exception cref="InvalidOperationException">The batch has not ended.</exception>
    Task ForgetScratchAsync(string key, CancellationToken cancellation);

    /// <summary>Deletes the files of a batch that has ended. Unknown keys are ignored.</summary>
    /// <exception cref="InvalidOperationException">The batch has not ended.</exception>
    Task ForgetAsync(string key, CancellationToken cancellation);
}
