namespace AnalysisRunner.Contracts;

/// <summary>One attempt of a job.</summary>
public sealed record AttemptSummary
{
    /// <summary>Which attempt, from 1; a number that is left out was an attempt that never ran.</summary>
    public required int Number { get; init; }

    /// <summary>Running, succeeded, failed or cancelled.</summary>
    public required JobState State { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Reason { get; init; }

    /// <summary>Its exit code; null when it runs, or a signal ended it, or it never ran.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended it.</summary>
    public int? Signal { get; init; }

    /// <summary>Whether it was ended because the machine, or its limit, had no memory left.</summary>
    public bool OutOfMemory { get; init; }

    /// <summary>Its cpu time, in milliseconds; null when it is not known.</summary>
    public long? CpuMilliseconds { get; init; }

    /// <summary>The most memory that one process of it had, in bytes; null when it is not known.</summary>
    public long? PeakMemoryBytes { get; init; }

    /// <summary>When it started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}
