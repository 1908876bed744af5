namespace AnalysisRunner.Server.Pages.Logs;

/// <summary>A part of a log, as a page shows it.</summary>
public sealed record LogExcerpt
{
    /// <summary>The address of the log; what is done with it lies below.</summary>
    public required string Url { get; init; }

    /// <summary>The text.</summary>
    public required IReadOnlyList<AnsiSegment> Segments { get; init; }

    /// <summary>Where the text begins in the log, in bytes; 0 when it is all of it.</summary>
    public required long From { get; init; }

    /// <summary>Where the text ends in the log, in bytes.</summary>
    public required long To { get; init; }

    /// <summary>Whether more may come.</summary>
    public required bool IsLive { get; init; }
}
