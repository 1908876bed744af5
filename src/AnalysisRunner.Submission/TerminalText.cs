using System.Globalization;
using System.Text;

namespace AnalysisRunner.Submission;

/// <summary>
/// Makes text of unknown origin safe to print: the only place that does. A log may hold escape sequences that move the cursor, retitle the window or
/// hide text; what is not printable is shown, not obeyed.
/// </summary>
internal static class TerminalText
{
    /// <summary>One line without line ends: a control character becomes its picture (<c>␛</c>), a format character that reorders text its number.</summary>
    public static string Neutralise(string line)
    {
        if (!line.Any(NeedsCare)) return line;
        var safe = new StringBuilder(line.Length + 16);
        foreach (var c in line)
        {
            if (!NeedsCare(c)) safe.Append(c);
            else if (c < ' ') safe.Append((char)('\u2400' + c));
            else if (c == '\u007f') safe.Append('\u2421');
            else safe.Append(CultureInfo.InvariantCulture, $"<U+{(int)c:X4}>");
        }
        return safe.ToString();
    }

    /// <summary>Several lines as one, for a message.</summary>
    public static string OneLine(string text) =>
        string.Join(" | ", text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Neutralise));

    // C0 and C1 controls but the tab, line and paragraph separators, and the bidirectional overrides and isolates.
    private static bool NeedsCare(char c) =>
        (char.IsControl(c) && c != '\t') || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
