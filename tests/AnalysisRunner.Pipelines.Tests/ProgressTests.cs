using AnalysisRunner.Contracts;
using AnalysisRunner.Pipelines.Hosting;

namespace AnalysisRunner.Pipelines.Tests;

public sealed class ProgressTests
{
    [Fact]
    public void A_log_gets_a_line_at_each_tenth()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var display = new ProgressDisplay(output, null);

        for (var ended = 0; ended < 40; ended++) display.Update(Summary(ended, 40));

        output.ToString().Split('\n')[..3].ShouldBe(
            ["Batch b: 4 of 40 jobs ended, 1 running", "Batch b: 8 of 40 jobs ended, 1 running", "Batch b: 12 of 40 jobs ended, 1 running"]);
        output.ToString().Split('\n').Length.ShouldBe(10);
    }

    [Fact]
    public void A_small_batch_needs_no_tenths()
    {
        using var output = new StringWriter();
        new ProgressDisplay(output, null).Update(Summary(5, 10));
        output.ToString().ShouldBeEmpty();
    }

    [Fact]
    public void A_terminal_gets_a_bar_below_the_lines()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var display = new ProgressDisplay(output, 80);

        display.Update(Summary(2, 4, failed: 1));
        display.WriteLine("hello");
        display.Clear();

        output.ToString().ShouldStartWith("\r\u001b[Kb [###############...............] 2 of 4 jobs ended, 1 running, 1 failed");
        output.ToString().ShouldContain("\r\u001b[Khello\nb [");
        output.ToString().ShouldEndWith("\r\u001b[K");
    }

    [Theory]
    [InlineData(20)]
    [InlineData(45)]
    [InlineData(200)]
    public void A_bar_fits_its_terminal(int columns)
    {
        using var output = new StringWriter();
        new ProgressDisplay(output, columns).Update(Summary(123_456, 1_000_000));
        output.ToString()["\r\u001b[K".Length..].Length.ShouldBeLessThan(columns);
    }

    private static BatchSummary Summary(int ended, int total, int failed = 0) => new(
        "key", "b", BatchState.Running, new JobCounts(0, total - ended - 1, 1, ended - failed, failed, 0), DateTimeOffset.UnixEpoch, null);
}
