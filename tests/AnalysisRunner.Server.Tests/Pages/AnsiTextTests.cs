using AnalysisRunner.Server.Pages.Logs;

namespace AnalysisRunner.Server.Tests.Pages;

/// <summary>What programs print to terminals, as pages show it.</summary>
public sealed class AnsiTextTests
{
    [Theory]
    [InlineData("plain", "plain", "")]
    [InlineData("\x1b[31mred\x1b[0m", "red", "ansi-fg-1")]
    [InlineData("\x1b[1;4;92mloud", "loud", "ansi-bold ansi-underline ansi-fg-10")]
    [InlineData("\x1b[38;5;3;45myellow", "yellow", "ansi-fg-3 ansi-bg-5")]
    [InlineData("\x1b[38;2;1;2;3;3mtrue colour", "true colour", "ansi-italic")]
    [InlineData("\x1b[31;39mnone", "none", "")]
    [InlineData("\x1b[mreset", "reset", "")]
    [InlineData("\x1b]0;title\aafter", "after", "")]
    [InlineData("\x1b]8;;https://example.org\x1b\\link", "link", "")]
    [InlineData("\x1b[2J\x1b[10;5Hmoved", "moved", "")]
    [InlineData("a\rb", "a\nb", "")]
    [InlineData("a\r\nb", "a\nb", "")]
    [InlineData("bell\a and \b back", "bell and  back", "")]
    [InlineData("\u001bcreset of a terminal", "reset of a terminal", "")]
    public void Shows_colours_and_drops_what_would_move_or_hide_text(string log, string text, string style)
    {
        var segments = new AnsiText().Read(log);

        string.Concat(segments.Select(segment => segment.Text)).ShouldBe(text);
        segments[^1].Style.ShouldBe(style);
    }

    [Fact]
    public void A_sequence_may_be_cut_anywhere()
    {
        const string log = "one \x1b[1;31mtwo\x1b]0;t\x1b\\ three\x1b[0m\r\nfour";
        var whole = Texts([log]);

        for (var i = 0; i <= log.Length; i++) Texts([log[..i], log[i..]]).ShouldBe(whole);

        // Pieces of one style that a cut has parted are put together again.
        static IReadOnlyList<(string, string)> Texts(IEnumerable<string> parts)
        {
            var ansi = new AnsiText();
            var all = new List<(string Text, string Style)>();
            foreach (var segment in parts.SelectMany(part => ansi.Read(part)))
            {
                if (all.Count > 0 && all[^1].Style == segment.Style) all[^1] = (all[^1].Text + segment.Text, segment.Style);
                else all.Add((segment.Text, segment.Style));
            }
            return all;
        }
    }

    [Fact]
    public void What_begins_like_a_sequence_and_never_ends_keeps_the_rest_of_the_log()
    {
        var shown = string.Concat(new AnsiText().Read("\x1b[" + new string('1', 1000) + "\nrest of it").Select(segment => segment.Text));

        shown.ShouldEndWith("\nrest of it");
    }
}
