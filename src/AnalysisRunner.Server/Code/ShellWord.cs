namespace AnalysisRunner.Server.Code;

/// <summary>The only place where the server turns text into a word of a shell script.</summary>
public static class ShellWord
{
    /// <summary>
    /// The text as exactly one POSIX shell word that means exactly this text: in single quotes unless it consists of letters, digits and
    /// <c>_ @ % + : , . / -</c> alone.
    /// </summary>
    /// <exception cref="ArgumentException">The text has a NUL, which no argument can carry.</exception>
    public static string Quote(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("A shell word cannot hold a NUL character.", nameof(text));
        }
        return text.Length > 0 && text.All(IsPlain) ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    /// <summary>The texts as words separated by single spaces: a command with its arguments.</summary>
    /// <exception cref="ArgumentException">A text has a NUL.</exception>
    public static string QuoteAll(IEnumerable<string> texts) => string.Join(' ', texts.Select(Quote));

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '@' or '%' or '+' or ':' or ',' or '.' or '/' or '-';
}
