namespace AnalysisRunner.Server.Settings;

/// <summary>What is forgotten and when. Null is never. Invocations and their events are kept for ever.</summary>
internal sealed record RetentionSettings
{
    /// <summary>After this time denials, and the idempotency keys of ended invocations.</summary>
    public TimeSpan? Denials { get; init; }

    /// <summary>This time after the end of an invocation what the engine keeps of it: logs of driver and jobs, scratch.</summary>
    public TimeSpan? Logs { get; init; }

    /// <summary>The same, of the invocations that ended first, while the logs and records of all have more bytes than this.</summary>
    public long? LogSize { get; init; }

    /// <summary>This time after the end of an invocation the scratch of its driver and jobs alone.</summary>
    public TimeSpan? Scratch { get; init; }

    /// <summary>The same, of the invocations that ended first, while the scratch of all has more bytes than this.</summary>
    public long? ScratchSize { get; init; }

    /// <summary>After this time without a submission the mirror of a repository.</summary>
    public TimeSpan? Mirrors { get; init; }

    /// <summary>Mirrors, the longest unused first, while all of them together have more bytes than this.</summary>
    public long? MirrorSize { get; init; }
}
