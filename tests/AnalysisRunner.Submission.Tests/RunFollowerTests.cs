using System.Net;
using System.Text;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Following;

namespace AnalysisRunner.Submission.Tests;

public sealed class RunFollowerTests : IDisposable
{
    private static readonly Persistence Impatient = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1), 5);

    private readonly FakeRunner _runner = new();
    private readonly RecordedOutput _output = new();

    [Fact]
    public async Task Prints_the_drivers_log_and_then_each_jobs()
    {
        _runner.Log = Encoding.UTF8.GetBytes("building\nrunning\nno line end");
        _runner.Jobs = [Job(1, "first job", JobState.Succeeded), Job(2, "second job", JobState.Succeeded)];
        _runner.JobLogs[1] = [];
        _runner.JobLogs[2] = Encoding.UTF8.GetBytes("Hello, World\n");
        _runner.States.Enqueue(FakeRunner.Invocation(InvocationState.Running));
        _runner.States.Enqueue(FakeRunner.Invocation(InvocationState.Succeeded, Batch(2)));

        (await FollowAsync()).State.ShouldBe(InvocationState.Succeeded);
        _output.Lines.ShouldBe(["driver | building", "driver | running", "driver | no line end", "second job | Hello, World"]);
    }

    [Fact]
    public async Task Prints_a_job_once_although_it_is_seen_often()
    {
        _runner.Jobs = [Job(1, "one", JobState.Succeeded), Job(2, "two", JobState.Running)];
        _runner.JobLogs[1] = "1\n"u8.ToArray();
        _runner.JobLogs[2] = "2\n"u8.ToArray();
        _runner.States.Enqueue(FakeRunner.Invocation(InvocationState.Running, Batch(2, ended: 1)));
        _runner.States.Enqueue(FakeRunner.Invocation(InvocationState.Running, Batch(2, ended: 1)));
        _runner.States.Enqueue(FakeRunner.Invocation(InvocationState.Succeeded, Batch(2)));
        _runner.Before = request =>
        {
            if (_runner.States.Count == 1) _runner.Jobs = [Job(1, "one", JobState.Succeeded), Job(2, "two", JobState.Succeeded)];
            return null;
        };
        await FollowAsync();
        _output.Lines.ShouldBe(["one | 1", "two | 2"]);
    }

    [Fact]
    public async Task Shows_fifty_logs_of_a_batch_and_then_only_failures()
    {
        _runner.Jobs = [.. Enumerable.Range(1, 600).Select(id => Job(id, $"job{id}", id == 599 ? JobState.Failed : JobState.Succeeded))];
        for (var id = 1; id <= 600; id++) _runner.JobLogs[id] = Encoding.UTF8.GetBytes($"line of {id}\n");
        _runner.States.Enqueue(FakeRunner.Invocation(InvocationState.Failed, Batch(600)));
        await FollowAsync();
        _output.Lines.Count(line => line.Contains("line of", StringComparison.Ordinal)).ShouldBe(51);
        _output.Lines.ShouldContain("job599 | line of 599");
        _output.Lines.ShouldContain("job599 | (failed: exit code 1)");
    }

    [Fact]
    public async Task Says_of_a_job_that_never_started_why()
    {
        _runner.Jobs = [Job(1, "", JobState.Cancelled) with { StartedAt = null, Reason = "parent failed" }];
        _runner.States.Enqueue(FakeRunner.Invocation(InvocationState.Failed, Batch(1)));
        await FollowAsync();
        _output.Lines.ShouldBe(["job 1 | (not started: parent failed)"]);
    }

    [Fact]
    public async Task Neutralises_names_and_logs()
    {
        _runner.Jobs = [Job(1, "evil\u001b[2J", JobState.Succeeded)];
        _runner.JobLogs[1] = "\u001b]0;owned\u0007\n"u8.ToArray();
        _runner.States.Enqueue(FakeRunner.Invocation(InvocationState.Succeeded, Batch(1)));
        await FollowAsync();
        _output.Lines.ShouldBe(["evil\u241b[2J | \u241b]0;owned\u2407"]);
    }

    [Fact]
    public async Task Finds_a_restarted_runner_again_and_repeats_no_line()
    {
        using var second = new FakeRunner { Log = "one\ntwo\nthree\n"u8.ToArray() };
        second.States.Enqueue(FakeRunner.Invocation(InvocationState.Succeeded));
        _runner.Log = "one\ntwo\n"u8.ToArray();
        _runner.States.Enqueue(FakeRunner.Invocation(InvocationState.Running));
        var gone = false;
        _runner.Before = _ => gone ? throw Refused() : null;
        var found = 0;
        using var connection = new RunnerConnection(_ => Task.FromResult<IAnalysisRunnerApi>(found++ == 0 ? _runner.Api() : second.Api()));
        var follower = new RunFollower(connection, _output, Impatient, TimeSpan.FromMilliseconds(1));
        var task = follower.FollowAsync(FakeRunner.ArGuid, default);
        gone = true;
        (await task).State.ShouldBe(InvocationState.Succeeded);
        _output.Lines.ShouldBe(["driver | one", "driver | two", "driver | three"]);
    }

    [Fact]
    public async Task Resumes_a_log_that_broke_off_in_the_middle_of_a_character()
    {
        _runner.Log = Encoding.UTF8.GetBytes("größe δ\nend\n");
        _runner.BreakLogAfter = 9;
        _runner.States.Enqueue(FakeRunner.Invocation(InvocationState.Succeeded));
        await FollowAsync();
        _output.Lines.ShouldBe(["driver | größe δ", "driver | end"]);
    }

    [Fact]
    public async Task Gives_up_in_the_end()
    {
        _runner.Before = _ => throw Refused();
        _runner.States.Enqueue(FakeRunner.Invocation(InvocationState.Running));
        (await Should.ThrowAsync<AnalysisRunnerException>(FollowAsync)).Problems[0].Code.ShouldBe(BuildCodes.ServerNotReachable);
    }

    [Fact]
    public async Task Does_not_retry_what_the_server_refuses()
    {
        _runner.Before = _ => FakeRunner.Refusal(404, "AR6099", "No such invocation.");
        await Should.ThrowAsync<AnalysisRunnerException>(FollowAsync);
        _runner.Requests.Count(request => request.EndsWith(FakeRunner.ArGuid, StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Stops_when_told_to()
    {
        using var stop = new CancellationTokenSource();
        _runner.States.Enqueue(FakeRunner.Invocation(InvocationState.Running));
        using var connection = _runner.Connection();
        var task = new RunFollower(connection, _output, Impatient, TimeSpan.FromMilliseconds(1)).FollowAsync(FakeRunner.ArGuid, stop.Token);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => task);
    }

    public void Dispose() => _runner.Dispose();

    internal static HttpRequestException Refused() => new(HttpRequestError.ConnectionError, "Connection refused", null, (HttpStatusCode?)null);

    private async Task<Invocation> FollowAsync()
    {
        using var connection = _runner.Connection();
        return await new RunFollower(connection, _output, Impatient, TimeSpan.FromMilliseconds(1)).FollowAsync(FakeRunner.ArGuid, default);
    }

    private static JobSummary Job(int id, string name, JobState state) =>
        new() { Id = id, Name = name, State = state, Command = "true", Attempts = 1, StartedAt = DateTimeOffset.UnixEpoch, ExitCode = state == JobState.Failed ? 1 : 0 };

    private static BatchSummary Batch(int jobs, int? ended = null) =>
        new("b", "batch", BatchState.Running, new JobCounts(0, 0, jobs - (ended ?? jobs), ended ?? jobs, 0, 0), DateTimeOffset.UnixEpoch, null);
}
