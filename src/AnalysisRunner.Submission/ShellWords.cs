using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace AnalysisRunner.Submission;

/// <summary>
/// Splits a text into words by the quoting rules of a POSIX shell (2.2 Quoting): blanks separate, <c>'…'</c> is literal, <c>"…"</c> lets a backslash escape
/// <c>$ ` " \</c> and newline, a backslash outside quotes escapes anything. Nothing is expanded: <c>$</c>, <c>*</c> and <c>~</c> stay as they are.
/// </summary>
public static class ShellWords
{
    /// <summary>Splits; <paramref name="fault"/> says what is wrong, as the end of a sentence that begins with the text.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IReadOnlyList<string>? words, [NotNullWhen(false)] out string? fault)
    {
        var found = new List<string>();
        // Null between words, so that '' is a word of its own.
        StringBuilder? word = null;
        (words, fault) = (null, null);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case ' ' or '\t' or '\n' or '\r':
                    if (word is not null) found.Add(word.ToString());
                    word = null;
                    break;
                case '\'':
                    var end = text.IndexOf('\'', i + 1);
                    if (end < 0)
                    {
                        fault = $"has a single quote at position {i + 1} that is not closed";
                        return false;
                    }
                    (word ??= new StringBuilder()).Append(text, i + 1, end - i - 1);
                    i = end;
                    break;
                case '"':
                    var open = i;
                    i = AppendQuoted(text, i + 1, word ??= new StringBuilder());
                    if (i < text.Length) break;
                    fault = $"has a double quote at position {open + 1} that is not closed";
                    return false;
                case '\\' when i + 1 == text.Length:
                    fault = "ends with a backslash that escapes nothing";
                    return false;
                case '\\':
                    i++;
                    // An escaped newline joins two lines.
                    if (text[i] != '\n') (word ??= new StringBuilder()).Append(text[i]);
                    break;
                default:
                    (word ??= new StringBuilder()).Append(text[i]);
                    break;
            }
        }
        if (word is not null) found.Add(word.ToString());
        words = found;
        return true;
    }

    /// <summary>Writes words so that <see cref="TryParse"/> and a shell read them back.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "@%+=:,./_-".Contains(c, StringComparison.Ordinal))
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>Appends up to the closing quote and returns its position, or the text's length when there is none.</summary>
    private static int AppendQuoted(string text, int i, StringBuilder word)
    {
        for (; i < text.Length && text[i] != '"'; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && (text[i + 1] is '$' or '`' or '"' or '\\' or '\n'))
            {
                i++;
                if (text[i] == '\n') continue;
            }
            word.Append(text[i]);
        }
        return i;
    }
}
