using System.Runtime.CompilerServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines;

namespace AnalysisRunner.Server.Load;

/// <summary>An engine that does nothing and says at once that it is done, so that what is measured is the server. It remembers nothing.</summary>
internal sealed class NoOpEngine : IBatchEngine
{
    private static readonly JobCounts OneDone = new(0, 0, 0, 1, 0, 0);

    public string Name => "no-op";

    public Task<BatchSummary> SubmitAsync(BatchSpec spec, CancellationToken cancellation) => Task.FromResult(Ended(spec.Key));

    public ValueTask<BatchSummary?> GetAsync(string key, CancellationToken cancellation) => ValueTask.FromResult<BatchSummary?>(Ended(key));

    public ValueTask<IReadOnlyList<JobSummary>> GetJobsAsync(string key, int after, int limit, CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<JobSummary>>(after > 0 ? [] : [new JobSummary { Id = 1, Name = "driver", State = JobState.Succeeded, Attempts = 1, ExitCode = 0, Command = "" }]);

    public ValueTask<IReadOnlyList<AttemptSummary>> GetAttemptsAsync(string key, int job, CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<AttemptSummary>>([]);

    public ValueTask<IReadOnlyList<JobGroupSummary>> GetGroupsAsync(string key, CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<JobGroupSummary>>([]);

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLogAsync(
        string key, int job, long offset, bool follow, [EnumeratorCancellation] CancellationToken cancellation)
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

    public Task ForgetAsync(string key, CancellationToken cancellation) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static BatchSummary Ended(string key) => new(key, "driver", BatchState.Succeeded, OneDone, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
}
