namespace AnalysisRunner.Server.Pages.Logs;

/// <summary>A piece of a log in one style.</summary>
/// <param name="Text">The text, without control characters.</param>
/// <param name="Style">The names of its CSS classes; empty when it has none.</param>
public sealed record AnsiSegment(string Text, string Style);
