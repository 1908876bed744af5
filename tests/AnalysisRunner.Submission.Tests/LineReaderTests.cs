using System.Text;
using AnalysisRunner.Submission.Following;

namespace AnalysisRunner.Submission.Tests;

public sealed class LineReaderTests
{
    [Theory]
    [InlineData("one\ntwo\n", new[] { "one", "two" })]
    [InlineData("one\r\ntwo\r\n", new[] { "one", "two" })]
    [InlineData("10%\r20%\rdone\n", new[] { "10%", "20%", "done" })]
    [InlineData("\n\nx", new[] { "", "", "x" })]
    [InlineData("no end", new[] { "no end" })]
    [InlineData("größe δ 🧬\n", new[] { "größe δ 🧬" })]
    [InlineData("", new string[0])]
    public void Cuts_lines_wherever_the_pieces_end(string text, string[] expected)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var size = 1; size <= Math.Max(bytes.Length, 1); size++)
        {
            var reader = new LineReader();
            var lines = bytes.Chunk(size).SelectMany(piece => reader.Feed(piece)).ToList();
            lines.AddRange(reader.Finish());
            lines.ShouldBe(expected);
        }
    }

    [Fact]
    public void Shows_bytes_that_are_not_text() =>
        new LineReader().Feed([(byte)'a', 0xff, (byte)'b', (byte)'\n']).ShouldBe(["a\ufffdb"]);

    [Theory]
    [InlineData("\u001b[2Jgone\n", "\u241b[2Jgone")]
    [InlineData("\u001b]0;title\u0007\n", "\u241b]0;title\u2407")]
    [InlineData("a\bb\u007f\n", "a\u2408b\u2421")]
    [InlineData("\u009b31m\n", "<U+009B>31m")]
    [InlineData("\u202eevil\u2066\n", "<U+202E>evil<U+2066>")]
    [InlineData("tab\tstays\n", "tab\tstays")]
    public void Control_characters_are_shown_and_not_obeyed(string text, string expected) =>
        new LineReader().Feed(Encoding.UTF8.GetBytes(text)).ShouldBe([expected]);

    [Fact]
    public void A_line_without_end_is_cut_and_loses_nothing()
    {
        var reader = new LineReader();
        var text = new string('x', 100_000);
        List<string> lines = [.. reader.Feed(Encoding.UTF8.GetBytes(text)), .. reader.Finish()];
        lines.Max(line => line.Length).ShouldBeLessThan(20_000);
        string.Concat(lines).ShouldBe(text);
    }
}
