using AnalysisRunner.Cli.Output;

namespace AnalysisRunner.Cli.Tests;

/// <summary>Terminals, narrow ones, those without colour, and pipes.</summary>
public sealed class ScreenTests
{
    private static readonly string[] Headings = ["id", "state", "description"];
    private static readonly string[] Row = ["a1b2", "succeeded", "Count\tthe reads of\nall samples \u001b[31mred"];

    [Fact]
    public void A_pipe_gets_lines_of_cells_and_no_heading() =>
        Write(new InProcess("/")).ShouldBe("a1b2\tsucceeded\tCount the reads of | all samples ␛[31mred\n");

    [Fact]
    public void A_terminal_gets_a_table_in_colour()
    {
        var table = Write(new InProcess("/") { IsTerminal = true });
        table.ShouldContain("description");
        table.ShouldContain("\u001b[32msucceeded");
        table.ShouldNotContain("\u001b[31mred");
    }

    [Theory]
    [InlineData("NO_COLOR", "1")]
    [InlineData("TERM", "dumb")]
    public void Without_colour_there_is_no_escape_sequence(string variable, string value)
    {
        var table = Write(new InProcess("/") { IsTerminal = true, Environment = { [variable] = value } });
        table.ShouldContain("description");
        table.ShouldNotContain('\u001b');
    }

    [Fact]
    public void An_empty_NO_COLOR_is_as_good_as_none() =>
        Write(new InProcess("/") { IsTerminal = true, Environment = { ["NO_COLOR"] = "" } }).ShouldContain('\u001b');

    [Theory]
    [InlineData(60)]
    [InlineData(40)]
    [InlineData(20)]
    public void No_line_of_a_table_is_wider_than_the_terminal(int width)
    {
        var table = Write(new InProcess("/") { IsTerminal = true, Width = width, Environment = { ["NO_COLOR"] = "1" } });
        if (width >= 40) table.Split('\n').ShouldAllBe(line => line.TrimEnd().Length <= width);
        else table.ShouldContain("state: succeeded\n");
    }

    private static string Write(InProcess process)
    {
        using var output = new StringWriter();
        new Screen(process.Context(output, TextWriter.Null)).WriteTable(Headings, [Row], "none");
        return output.ToString().ReplaceLineEndings("\n");
    }
}
