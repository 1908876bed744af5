using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Hosting;

namespace AnalysisRunner.Server.Tests.Hosting;

public sealed class ServerActivityTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly Clock _clock = new();

    [Fact]
    public void Closes_only_after_the_limit_without_requests_and_running_invocations()
    {
        var activity = new ServerActivity(_clock);
        activity.Started("a");
        _clock.Advance(Limit);
        activity.TryCloseIdle(Limit).ShouldBeFalse();
        activity.Ended("a");
        _clock.Advance(Limit - TimeSpan.FromSeconds(1));
        activity.TryCloseIdle(Limit).ShouldBeFalse();
        using (activity.Request())
        {
            _clock.Advance(Limit);
            activity.TryCloseIdle(Limit).ShouldBeFalse();
        }
        _clock.Advance(Limit);
        activity.TryCloseIdle(Limit).ShouldBeTrue();
        activity.TryAccept().ShouldBeNull();
    }

    [Fact]
    public void What_was_let_in_before_keeps_the_door_open()
    {
        var activity = new ServerActivity(_clock);
        var accepted = activity.TryAccept();
        _clock.Advance(Limit);
        activity.TryCloseIdle(Limit).ShouldBeFalse();
        activity.TryClose(force: false).ShouldBeFalse();
        activity.IsIdle.ShouldBeFalse();
        accepted!.Dispose();
        activity.TryClose(force: false).ShouldBeTrue();
        activity.TryAccept().ShouldBeNull();
    }

    [Theory]
    [InlineData("--config", "server.toml")]
    [InlineData("--local")]
    [InlineData("--local", "--state", "")]
    [InlineData("--local", "--state", "x", "--more")]
    public void Other_start_forms_are_refused(params string[] arguments) =>
        Should.Throw<AnalysisRunnerException>(() => LocalRunnerOptions.Parse(arguments, _ => null)).Problems[0].Code.ShouldBe(PolicyCodes.UnknownStartForm);

    [Fact]
    public void The_idle_limit_can_be_set()
    {
        LocalRunnerOptions.Parse(["--local", "--state", "/x"], _ => null).IdleLimit.ShouldBe(Limit);
        LocalRunnerOptions.Parse(["--local", "--state", "/x"], _ => "1.5").IdleLimit.ShouldBe(TimeSpan.FromSeconds(1.5));
        Should.Throw<AnalysisRunnerException>(() => LocalRunnerOptions.Parse(["--local", "--state", "/x"], _ => "-1"));
    }

    private sealed class Clock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
