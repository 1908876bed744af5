using System.Globalization;

namespace AnalysisRunner.Contracts;

/// <summary>
/// One thing that is wrong, in the form every part of the system reports it: what was found, why it matters and what to do.
/// </summary>
/// <param name="Code">The stable code, such as <c>AR2001</c>; <c>docs/diagnostics</c> has a page for each.</param>
/// <param name="Message">One sentence or two, with the offending value in quotes and the remedy.</param>
/// <param name="Field">The request field or config key at fault, when there is one.</param>
/// <param name="File">The file at fault, when there is one.</param>
/// <param name="Line">One-based line in <paramref name="File"/>; 0 when unknown.</param>
/// <param name="Column">One-based column in <paramref name="File"/>, in UTF-16 units; 0 when unknown.</param>
public sealed record Problem(string Code, string Message, string? Field = null, string? File = null, int Line = 0, int Column = 0)
{
    /// <summary>The one-line form for logs and terminals.</summary>
    public override string ToString() => File is null
        ? $"{Code}: {Message}"
        : string.Create(CultureInfo.InvariantCulture, $"{File}({Line},{Column}): {Code}: {Message}");
}
