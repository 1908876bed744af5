using System.Globalization;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>One thing that is wrong in a schema or in a config file, at its position.</summary>
/// <param name="Code">The stable code: <c>AR3xxx</c> for schemas, <c>AR40xx</c> for TOML syntax, <c>AR41xx</c> for the meaning of
/// config.</param>
/// <param name="Message">What was found (in quotes), why it matters and what to do.</param>
/// <param name="Key">The dotted key at fault, such as <c>hello.repeat</c>; empty for the document as a whole.</param>
/// <param name="File">The path of the file, as it was given by whoever read it.</param>
/// <param name="Span">Where in the file; line and column are one-based, columns in UTF-16 units.</param>
public sealed record ConfigProblem(string Code, string Message, string Key, string File, TomlSpan Span)
{
    /// <summary>What was found (in quotes), why it matters and what to do; always one line, whatever keys and values hold.</summary>
    public string Message { get; } = ConfigText.OneLine(Message);

    /// <summary>Whether this is advice and refuses nothing (deprecated keys).</summary>
    public bool IsWarning => Code == ConfigCodes.Deprecated;

    /// <summary>The one-line form for logs and terminals.</summary>
    public override string ToString() => File.Length == 0
        ? Code + ": " + Message
        : string.Format(CultureInfo.InvariantCulture, "{0}({1},{2}): {3}: {4}", File, Span.Line, Span.Column, Code, Message);

    internal static ConfigProblem FromSyntax(TomlError error, string file) => new(error.Code, error.Message, "", file, error.Span);
}
