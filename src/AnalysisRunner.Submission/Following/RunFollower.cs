using AnalysisRunner.Client;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Submission.Following;

/// <summary>
/// Prints what a run writes until it has ended: the driver's log as it grows, and each job's log when the job has ended. Broken connections and a
/// restarted server are survived: every stream is resumed where it stopped.
/// </summary>
/// <param name="connection">The way to the runner.</param>
/// <param name="output">Where lines go.</param>
/// <param name="persistence">How patiently a lost runner is looked for.</param>
/// <param name="interval">How often is asked for progress that no event announces.</param>
/// <param name="progress">Is told how far the run is; null says nothing beside the logs.</param>
public sealed class RunFollower(
    RunnerConnection connection, ISubmissionOutput output, Persistence persistence, TimeSpan interval, RunProgress? progress = null)
{
    private const string DriverName = "driver";

    private readonly Dictionary<string, BatchFollower> _batches = [];
    private readonly LineReader _lines = new();
    private long _offset;
    private TaskCompletionSource _wake = NewWake();

    /// <summary>Creates a follower with the usual patience.</summary>
    public RunFollower(RunnerConnection connection, ISubmissionOutput output)
        : this(connection, output, Persistence.Default, TimeSpan.FromSeconds(1), RunProgress.For(output, Environment.GetEnvironmentVariable))
    {
    }

    /// <summary>Follows one invocation to its final state, and returns it. One instance follows one invocation.</summary>
    /// <exception cref="AnalysisRunnerException">The runner was lost for good; the run may go on.</exception>
    public async Task<Invocation> FollowAsync(string arGuid, CancellationToken cancellation)
    {
        using var followed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var log = FollowLogAsync(arGuid, followed.Token);
        var events = FollowEventsAsync(arGuid, followed.Token);
        Invocation invocation;
        try
        {
            invocation = await WatchAsync(arGuid, cancellation).ConfigureAwait(false);
        }
        finally
        {
            await followed.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(log, events).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // What was written between the last piece and the end, then the jobs that ended meanwhile.
        await DrainLogAsync(arGuid, cancellation).ConfigureAwait(false);
        await PrintEndedJobsAsync(invocation, cancellation).ConfigureAwait(false);
        return invocation;
    }

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<Invocation> WatchAsync(string arGuid, CancellationToken cancellation)
    {
        while (true)
        {
            // Taken before the question: an event in between is not missed.
            var wake = _wake.Task;
            var invocation = await persistence.AskAsync(connection, api => api.GetInvocationAsync(arGuid, cancellation), cancellation).ConfigureAwait(false);
            if (invocation.IsFinal) return invocation;
            progress?.Report(invocation);
            await PrintEndedJobsAsync(invocation, cancellation).ConfigureAwait(false);
            await Task.WhenAny(wake, Task.Delay(interval, cancellation)).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private async Task PrintEndedJobsAsync(Invocation invocation, CancellationToken cancellation)
    {
        foreach (var batch in invocation.Batches)
        {
            if (!_batches.TryGetValue(batch.Key, out var follower))
                _batches[batch.Key] = follower = new BatchFollower(batch.Key, connection, persistence, output);
            await follower.PrintEndedJobsAsync(batch, cancellation).ConfigureAwait(false);
        }
    }

    private Task FollowLogAsync(string arGuid, CancellationToken cancellation) => ResumeAsync(
        async (api, progressed) =>
        {
            await foreach (var piece in api.ReadLogAsync(arGuid, null, _offset, follow: true, cancellation).ConfigureAwait(false))
            {
                Print(piece);
                progressed();
            }
        },
        cancellation);

    private Task FollowEventsAsync(string arGuid, CancellationToken cancellation)
    {
        var after = 0L;
        return ResumeAsync(
            async (api, progressed) =>
            {
                await foreach (var found in api.FollowEventsAsync(arGuid, after, cancellation).ConfigureAwait(false))
                {
                    after = found.Sequence;
                    progressed();
                    Interlocked.Exchange(ref _wake, NewWake()).SetResult();
                }
            },
            cancellation);
    }

    /// <summary>Reads a stream to its end, resuming it while the runner can be found; a stream that is given up is no loss, because progress is asked for as well.</summary>
    private async Task ResumeAsync(Func<IAnalysisRunnerApi, Action, Task> read, CancellationToken cancellation)
    {
        var api = await connection.GetAsync(cancellation).ConfigureAwait(false);
        for (var failures = 1; ; failures++)
        {
            try
            {
                await read(api, () => failures = 0).ConfigureAwait(false);
                return;
            }
            catch (AnalysisRunnerException exception) when (RunnerConnection.IsLost(exception) && failures < persistence.Attempts)
            {
                failures = Math.Max(failures, 1);
                api = await persistence.PauseAsync(connection, api, failures, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task DrainLogAsync(string arGuid, CancellationToken cancellation)
    {
        await persistence.AskAsync(
            connection,
            async api =>
            {
                await foreach (var piece in api.ReadLogAsync(arGuid, null, _offset, follow: false, cancellation).ConfigureAwait(false)) Print(piece);
                return true;
            },
            cancellation).ConfigureAwait(false);
        foreach (var line in _lines.Finish()) output.WriteLine($"{DriverName} | {line}");
    }

    private void Print(ReadOnlyMemory<byte> piece)
    {
        _offset += piece.Length;
        foreach (var line in _lines.Feed(piece.Span)) output.WriteLine($"{DriverName} | {line}");
    }
}
