using System.Text;

namespace AnalysisRunner.Pipelines;

/// <summary>The one place where text becomes part of a shell script (POSIX Shell Command Language, 2.2 Quoting).</summary>
public static class Shell
{
    /// <summary>One word that the shell reads as exactly <paramref name="text"/>, in single quotes: <c>it's</c> becomes <c>'it'\''s'</c>.</summary>
    /// <exception cref="ArgumentException">The text has a NUL, which no argument can hold.</exception>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        RefuseNul(text);
        return $"'{WithinSingleQuotes(text)}'";
    }

    /// <summary>Script text that is spliced into a command as it is: the only way around the quoting. Never give it what you did not write yourself.</summary>
    public static RawShellText Raw(string script)
    {
        ArgumentNullException.ThrowIfNull(script);
        RefuseNul(script);
        return new RawShellText(script);
    }

    internal static string WithinSingleQuotes(string text) => text.Replace("'", @"'\''", StringComparison.Ordinal);

    internal static string WithinDoubleQuotes(string text)
    {
        if (text.AsSpan().IndexOfAny("\\\"$`") < 0) return text;
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (c is '\\' or '"' or '$' or '`') escaped.Append('\\');
            escaped.Append(c);
        }
        return escaped.ToString();
    }

    private static void RefuseNul(string text)
    {
        if (text.Contains('\0')) throw new ArgumentException("The text has a NUL character, which no argument of a program can hold.", nameof(text));
    }
}

/// <summary>Text that <see cref="Shell.Raw"/> marked as script.</summary>
public sealed class RawShellText
{
    internal RawShellText(string script) => Script = script;

    /// <summary>The script.</summary>
    public string Script { get; }

    /// <summary>The script.</summary>
    public override string ToString() => Script;
}
