namespace AnalysisRunner.Server.Pages.Shared;

/// <summary>One bar of a time line.</summary>
/// <param name="Label">What ran.</param>
/// <param name="State">Its state's name.</param>
/// <param name="From">When it began.</param>
/// <param name="To">When it ended, or now.</param>
public sealed record TimelineItem(string Label, string State, DateTimeOffset From, DateTimeOffset To);
