namespace AnalysisRunner.Server.Pages.Logs;

/// <summary>A line of a log in which something was found.</summary>
/// <param name="Number">The line's one-based number.</param>
/// <param name="Text">The line, cut where it is too long to be shown.</param>
public sealed record LogMatch(long Number, string Text);
