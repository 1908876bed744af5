using AnalysisRunner.Contracts;
using AnalysisRunner.Submission.Following;

namespace AnalysisRunner.Submission.Tests;

/// <summary>What somebody who waits is told, and what not.</summary>
public sealed class RunProgressTests
{
    private readonly RecordedOutput _output = new();
    private readonly StoppedClock _clock = new();

    [Fact]
    public void Says_once_that_the_driver_has_not_started_and_leaves_the_steps_to_its_log()
    {
        var progress = new RunProgress(_output, _clock, TimeSpan.FromSeconds(10));
        var accepted = FakeRunner.Invocation(InvocationState.Accepted);
        var building = FakeRunner.Invocation(InvocationState.Running) with { Steps = [Step("checkout", ended: true), Step("build", ended: false)] };
        foreach (var invocation in new[] { accepted, accepted, building, building, FakeRunner.Invocation(InvocationState.Succeeded) }) progress.Report(invocation);
        _output.Lines.ShouldBe(["run | waiting for its driver to start"]);
    }

    [Fact]
    public void Says_for_whose_agreement_a_run_waits_before_it_waits_for_its_driver()
    {
        var progress = new RunProgress(_output, _clock, TimeSpan.FromSeconds(10));
        var waiting = FakeRunner.Invocation(InvocationState.Accepted) with { AccessLevel = AccessLevel.Full, Approval = new Approval("d1", DateTimeOffset.UnixEpoch.AddHours(2)) };
        var approved = waiting with { Approval = waiting.Approval! with { ApprovedBy = "bob@example.org" } };
        foreach (var invocation in new[] { waiting, waiting, approved, approved }) progress.Report(invocation);
        _output.Lines.ShouldBe(
        [
            $"run | waiting until 1970-01-01 02:00 UTC for a second member of level 'full' of {waiting.Dataset} to approve d1: {waiting.Url}",
            "run | waiting for its driver to start",
        ]);
    }

    [Fact]
    public void Counts_jobs_once_in_a_while_and_only_when_the_count_has_changed()
    {
        var progress = new RunProgress(_output, _clock, TimeSpan.FromSeconds(10));
        for (var second = 0; second < 60; second++)
        {
            _clock.Now = DateTimeOffset.UnixEpoch.AddSeconds(second);
            // One job ends each second for half a minute; then nothing happens.
            progress.Report(Running(ended: Math.Min(second, 30), failed: second > 15 ? 1 : 0));
        }
        _output.Lines.ShouldBe(["run | 10 of 100 jobs ended, 2 at work", "run | 20 of 100 jobs ended, 2 at work, 1 failed", "run | 30 of 100 jobs ended, 2 at work, 1 failed"]);
    }

    [Theory]
    [InlineData("CI", "true", 0)]
    [InlineData("TF_BUILD", "True", 0)]
    public void Is_quiet_in_a_CI_job(string name, string value, int lines)
    {
        var progress = RunProgress.For(_output, asked => asked == name ? value : null);
        for (var ended = 0; ended < 50; ended++) progress.Report(Running(ended, failed: 0));
        _output.Lines.Count.ShouldBe(lines);
    }

    private static Invocation Running(int ended, int failed) => FakeRunner.Invocation(
        InvocationState.Running,
        new BatchSummary("b", "b", BatchState.Running, new JobCounts(Pending: 98 - ended, Ready: 0, Running: 2, Succeeded: ended - failed, failed, Cancelled: 0), DateTimeOffset.UnixEpoch, null));

    private static InvocationStep Step(string name, bool ended) =>
        new(name, DateTimeOffset.UnixEpoch, ended ? DateTimeOffset.UnixEpoch : null, ended ? 0 : null);
}
