namespace AnalysisRunner.Server.Settings;

/// <summary>What one user may have of the server. Null is no limit.</summary>
internal sealed record LimitSettings
{
    /// <summary>How many submissions a minute; a minute's worth may come at once.</summary>
    public int? SubmissionsPerMinute { get; init; }

    /// <summary>How many invocations that have not ended.</summary>
    public int? Unfinished { get; init; }
}
