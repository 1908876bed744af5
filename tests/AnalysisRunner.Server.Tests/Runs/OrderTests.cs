using AnalysisRunner.Contracts;
using AnalysisRunner.Engines;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;

namespace AnalysisRunner.Server.Tests.Runs;

public sealed class OrderTests
{
    [GitFact]
    public async Task An_engine_that_is_asked_finds_the_invocation_recorded_and_its_config_written()
    {
        var seen = new TaskCompletionSource<(InvocationState State, bool HasConfig)>();
        TestRunner runner = null!;
        runner = await TestRunner.StartAsync(inner => new WatchedEngine(inner, async spec =>
        {
            var recorded = await runner.Api.GetInvocationAsync(spec.Key, TestRunner.Limit());
            seen.SetResult((recorded.State, File.Exists(recorded.ConfigPath)));
        }));
        await using var owned = runner;

        await runner.RunAsync(runner.Script("true"));

        (await seen.Task).ShouldBe((InvocationState.Accepted, true));
    }

    [GitFact]
    public async Task A_driver_that_the_engine_refuses_fails_its_invocation_and_says_why()
    {
        await using var runner = await TestRunner.StartAsync(
            inner => new WatchedEngine(inner, _ => throw new AnalysisRunnerException("AR9999", "no room for it")));

        var run = await runner.RunAsync(runner.Script("true"));

        run.State.ShouldBe(InvocationState.Failed);
        run.Reason!.ShouldContain("no room for it");
        run.Steps.ShouldBeEmpty();
    }

    [GitFact]
    public async Task An_invocation_that_was_recorded_and_not_started_is_started_by_the_next_server()
    {
        var asked = new TaskCompletionSource();
        var never = new TaskCompletionSource();
        var repository = new UserRepository("tree");
        using var owned = repository;
        var state = Path.Combine(repository.Root, "runner");
        var sha = repository.Commit("run", "run.sh", "#!/bin/bash\necho ran >> \"$OUT\"\n");
        string arGuid;
        var first = await LocalRunnerServer.StartAsync(new LocalRunnerOptions(state), inner => new WatchedEngine(inner, async _ =>
        {
            asked.SetResult();
            await never.Task;
        }));
        using (var api = new Client.AnalysisRunnerApi(new Uri(first.File.Url), _ => ValueTask.FromResult<string?>(first.File.Token)))
        {
            arGuid = (await api.SubmitAsync(
                new SubmissionRequest
                {
                    Dataset = "d",
                    AccessLevel = "test",
                    Description = "x",
                    WorkTree = repository.Folder,
                    Commit = sha,
                    Script = ["run.sh"],
                    Environment = new Dictionary<string, string> { ["OUT"] = Path.Combine(repository.Root, "out") },
                },
                "k",
                TestRunner.Limit())).ArGuid;
        }
        await asked.Task;
        never.SetException(new IOException("the server ends here"));
        await first.DisposeAsync();

        await using var second = await LocalRunnerServer.StartAsync(new LocalRunnerOptions(state));
        using var next = new Client.AnalysisRunnerApi(new Uri(second.File.Url), _ => ValueTask.FromResult<string?>(second.File.Token));
        await foreach (var _ in next.FollowEventsAsync(arGuid, 0, TestRunner.Limit()))
        {
        }

        (await next.GetInvocationAsync(arGuid, TestRunner.Limit())).State.ShouldBe(InvocationState.Succeeded);
        File.ReadAllText(Path.Combine(repository.Root, "out")).ShouldBe("ran\n");
    }

    [GitFact]
    public async Task What_a_driver_made_before_its_server_had_recorded_its_start_is_its_own_output()
    {
        var died = new TaskCompletionSource();
        var repository = new UserRepository("tree");
        using var owned = repository;
        var state = Path.Combine(repository.Root, "runner");
        var sha = repository.Commit("run", "run.sh", "#!/bin/bash\nmkdir -p \"$OUT\"\necho made > \"$OUT/made.txt\"\n");
        string arGuid;
        var first = await LocalRunnerServer.StartAsync(new LocalRunnerOptions(state), inner => new WatchedEngine(inner, async spec =>
        {
            await inner.SubmitAsync(spec, CancellationToken.None);
            await foreach (var _ in inner.ReadLogAsync(spec.Key, DriverBatch.Job, null, 0, follow: true, CancellationToken.None))
            {
            }
            died.SetResult();
            throw new IOException("the server ends here");
        }));
        using (var api = new Client.AnalysisRunnerApi(new Uri(first.File.Url), _ => ValueTask.FromResult<string?>(first.File.Token)))
        {
            arGuid = (await api.SubmitAsync(
                new SubmissionRequest
                {
                    Dataset = "d",
                    AccessLevel = "test",
                    Description = "x",
                    OutputPrefix = "results/v1",
                    WorkTree = repository.Folder,
                    Commit = sha,
                    Script = ["run.sh"],
                    Environment = new Dictionary<string, string> { ["OUT"] = Path.Combine(state, "storage", "d-test", "default", "results", "v1") },
                },
                "k",
                TestRunner.Limit())).ArGuid;
        }
        await died.Task;
        await first.DisposeAsync();

        await using var second = await LocalRunnerServer.StartAsync(new LocalRunnerOptions(state));
        using var next = new Client.AnalysisRunnerApi(new Uri(second.File.Url), _ => ValueTask.FromResult<string?>(second.File.Token));
        await foreach (var _ in next.FollowEventsAsync(arGuid, 0, TestRunner.Limit()))
        {
        }

        var run = await next.GetInvocationAsync(arGuid, TestRunner.Limit());
        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        run.Outputs.ShouldNotBeNull().Count.ShouldBe(1);
    }

    /// <summary>An engine that lets a test look at, hold or refuse what is submitted to the real one.</summary>
    private sealed class WatchedEngine(IBatchEngine inner, Func<BatchSpec, Task> before) : IBatchEngine
    {
        public string Name => inner.Name;

        public async Task<BatchSummary> SubmitAsync(BatchSpec spec, CancellationToken cancellation)
        {
            await before(spec);
            return await inner.SubmitAsync(spec, cancellation);
        }

        public ValueTask<BatchSummary?> GetAsync(string key, CancellationToken cancellation) => inner.GetAsync(key, cancellation);

        public ValueTask<IReadOnlyList<JobSummary>> GetJobsAsync(string key, int after, int limit, CancellationToken cancellation) =>
            inner.GetJobsAsync(key, after, limit, cancellation);

        public ValueTask<IReadOnlyList<JobSpec>> GetJobSpecsAsync(string key, int after, int limit, CancellationToken cancellation) =>
            inner.GetJobSpecsAsync(key, after, limit, cancellation);

        public ValueTask<long> GetLogLengthAsync(string key, int job, int? attempt, CancellationToken cancellation) => inner.GetLogLengthAsync(key, job, attempt, cancellation);

        public ValueTask<IReadOnlyList<AttemptSummary>> GetAttemptsAsync(string key, int job, CancellationToken cancellation) =>
            inner.GetAttemptsAsync(key, job, cancellation);

        public ValueTask<IReadOnlyList<JobGroupSummary>> GetGroupsAsync(string key, CancellationToken cancellation) => inner.GetGroupsAsync(key, cancellation);

        public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLogAsync(string key, int job, int? attempt, long offset, bool follow, CancellationToken cancellation) =>
            inner.ReadLogAsync(key, job, attempt, offset, follow, cancellation);

        public Task CancelAsync(string key, string reason, CancellationToken cancellation) => inner.CancelAsync(key, reason, cancellation);

        public Task CancelGroupAsync(string key, int group, string reason, CancellationToken cancellation) =>
            inner.CancelGroupAsync(key, group, reason, cancellation);

        public IAsyncEnumerable<BatchSummary> WatchAsync(CancellationToken cancellation) => inner.WatchAsync(cancellation);

        public IAsyncEnumerable<KeptBatch> ListKeptAsync(bool measures, CancellationToken cancellation) => inner.ListKeptAsync(measures, cancellation);

        public Task ForgetScratchAsync(string key, CancellationToken cancellation) => inner.ForgetScratchAsync(key, cancellation);

        public Task ForgetAsync(string key, CancellationToken cancellation) => inner.ForgetAsync(key, cancellation);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
