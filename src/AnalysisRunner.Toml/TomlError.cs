using System.Globalization;

namespace AnalysisRunner.Toml;

/// <summary>One thing that is wrong with a document.</summary>
/// <param name="Code">The stable code, one of <see cref="TomlCodes"/>.</param>
/// <param name="Message">What was found, in quotes, what was expected, and what to do.</param>
/// <param name="Path">The file that was read, when there was one.</param>
/// <param name="Span">Where it is; empty at the end of the document when something is missing there.</param>
public sealed record TomlError(string Code, string Message, string? Path, TomlSpan Span)
{
    /// <summary>The one-line form for terminals: <c>path(line,column): code: message</c>.</summary>
    public override string ToString() =>
        string.Format(CultureInfo.InvariantCulture, "{0}({1},{2}): {3}: {4}", Path ?? "toml", Span.Line, Span.Column, Code, Message);
}
