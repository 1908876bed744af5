using System.Runtime.CompilerServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines;

namespace AnalysisRunner.Server.Load;

/// <summary>An engine that does nothing, so that what is measured is the server, and remembers nothing.</summary>
/// <param name="holds">Whether drivers run for ever; otherwise they are done at once.</param>
internal sealed class NoOpEngine(bool holds) : IBatchEngine
{

    public string Name => "no-op";

    public Task<BatchSummary> SubmitAsync(BatchSpec spec, CancellationToken cancellation) => Task.FromResult(Describe(spec.Key));

    public ValueTask<BatchSummary?> GetAsync(string key, CancellationToken cancellation) => ValueTask.FromResult<BatchSummary?>(Describe(key));

    public ValueTask<IReadOnlyList<JobSummary>> GetJobsAsync(string key, int after, int limit, CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<JobSummary>>(after > 0 ? [] : [new JobSummary { Id = 1, Name = "driver", State = holds ? JobState.Running : JobState.Succeeded, Attempts = 1, ExitCode = holds ? null : 0, Command = "" }]);

    public ValueTask<IReadOnlyList<JobSpec>> GetJobSpecsAsync(string key, int after, int limit, CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<JobSpec>>([]);

    public ValueTask<long> GetLogLengthAsync(string key, int job, int? attempt, CancellationToken cancellation) => ValueTask.FromResult(0L);

    public ValueTask<IReadOnlyList<AttemptSummary>> GetAttemptsAsync(string key, int job, CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<AttemptSummary>>([]);

    public ValueTask<IReadOnlyList<JobGroupSummary>> GetGroupsAsync(string key, CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<JobGroupSummary>>([]);

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLogAsync(
        string key, int job, int? attempt, long offset, bool follow, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        yield break;
    }

    public Task CancelAsync(string key, string reason, CancellationToken cancellation) => Task.CompletedTask;

    public Task CancelGroupAsync(string key, int group, string reason, CancellationToken cancellation) => Task.CompletedTask;

    public async IAsyncEnumerable<BatchSummary> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Delay(Timeout.Infinite, cancellation);
        yield break;
    }

    public async IAsyncEnumerable<KeptBatch> ListKeptAsync(bool measures, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        yield break;
    }

    public Task ForgetScratchAsync(string key, CancellationToken cancellation) => Task.CompletedTask;

    public Task ForgetAsync(string key, CancellationToken cancellation) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private BatchSummary Describe(string key) => holds
        ? new(key, "driver", BatchState.Running, new JobCounts(0, 0, 1, 0, 0, 0), DateTimeOffset.UnixEpoch, null)
        : new(key, "driver", BatchState.Succeeded, new JobCounts(0, 0, 0, 1, 0, 0), DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
}
