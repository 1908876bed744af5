using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Tests.Local;

/// <summary>Whoever asks how far a batch is does not wait for the engine.</summary>
public sealed class QueryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The clock stands still while somebody cancels, who holds the engine meanwhile, as a slow disk would make them.</summary>
    [UnixFact]
    public async Task A_query_does_not_wait_for_a_record_that_is_being_written()
    {
        var time = new StoppableTime();
        await using var engine = await LocalEngine.OpenAsync(new LocalEngineOptions { Directory = _folder["state"], TimeProvider = time }, CancellationToken.None);
        await engine.SubmitAsync(Specs.Batch("b", Specs.Job(1, "sleep 600")) with { Groups = [new() { Id = 1, Name = "empty" }] }, CancellationToken.None);
        await engine.UntilAsync("b", batch => batch.Jobs.Running == 1);

        time.Stop();
        var cancelling = Task.Run(() => engine.CancelAsync("b", "not needed", CancellationToken.None));
        await time.Stopped;
        try
        {
            await Task.Run(AskAsync).WaitAsync(TimeSpan.FromMinutes(1));
        }
        finally
        {
            time.GoOn();
        }

        await cancelling;
        (await engine.EndAsync("b")).State.ShouldBe(BatchState.Cancelled);

        async Task AskAsync()
        {
            (await engine.GetAsync("b", CancellationToken.None))!.Jobs.Running.ShouldBe(1);
            (await engine.JobAsync("b", 1)).State.ShouldBe(JobState.Running);
            (await engine.GetAttemptsAsync("b", 1, CancellationToken.None)).ShouldHaveSingleItem().State.ShouldBe(JobState.Running);
            (await engine.GetGroupsAsync("b", CancellationToken.None)).ShouldHaveSingleItem();
            (await engine.GetAsync("unknown", CancellationToken.None)).ShouldBeNull();
        }
    }

    /// <summary>What is read while jobs come and go is one state, not a mixture of two.</summary>
    [UnixFact]
    public async Task What_a_query_tells_is_one_moment()
    {
        const int Jobs = 300;
        await using var engine = await LocalEngine.OpenAsync(new LocalEngineOptions { Directory = _folder["state"] }, CancellationToken.None);
        await engine.SubmitAsync(Specs.Batch("b", [.. Enumerable.Range(1, Jobs).Select(id => Specs.Job(id, ":"))]), CancellationToken.None);

        for (BatchSummary? batch = null; batch is not { State: BatchState.Succeeded };)
        {
            batch = await engine.GetAsync("b", CancellationToken.None);
            batch!.Jobs.Total.ShouldBe(Jobs);
            foreach (var job in await engine.GetJobsAsync("b", 0, Jobs, CancellationToken.None))
            {
                (job.FinishedAt is not null).ShouldBe(job.IsFinal, $"job {job.Id} {job.State}");
                (job.ExitCode is not null).ShouldBe(job.IsFinal, $"job {job.Id} {job.State}");
            }
        }
    }

    private sealed class StoppableTime : TimeProvider
    {
        private readonly object _gate = new();
        private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _standsStill;

        /// <summary>Ends when somebody asks for the time and does not get it.</summary>
        public Task Stopped => _stopped.Task;

        public void Stop()
        {
            lock (_gate) _standsStill = true;
        }

        public void GoOn()
        {
            lock (_gate)
            {
                _standsStill = false;
                Monitor.PulseAll(_gate);
            }
        }

        public override DateTimeOffset GetUtcNow()
        {
            lock (_gate)
            {
                while (_standsStill)
                {
                    _stopped.TrySetResult();
                    Monitor.Wait(_gate);
                }
            }
            return base.GetUtcNow();
        }
    }
}
