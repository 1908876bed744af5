using AnalysisRunner.Server.Runs;

namespace AnalysisRunner.Server.Tests.Runs;

public sealed class DriverStepsTests
{
    [Fact]
    public void Reads_steps_in_either_decimal_form_and_leaves_an_unfinished_line_for_later()
    {
        var steps = DriverSteps.Parse("start checkout 1700000000.5\nend checkout 1700000001,25 0\nstart run 1700000002\nend run 17000");

        steps.Count.ShouldBe(2);
        steps[0].StartedAt.ShouldBe(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_500));
        steps[0].FinishedAt.ShouldBe(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_001_250));
        steps[0].ExitCode.ShouldBe(0);
        steps[1].FinishedAt.ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("start evil 1\n")]
    [InlineData("end run 1 0\n")]
    [InlineData("start run 99999999999999999999999\n")]
    [InlineData("start run -1\n")]
    [InlineData("start run 1e5\n")]
    [InlineData("\0\0\0\n")]
    public void Passes_over_nonsense(string text) => DriverSteps.Parse(text).ShouldBeEmpty();
}
