using AnalysisRunner.Engines.Local.Processes;

namespace AnalysisRunner.Engines.Local;

/// <summary>Why the engine stopped an attempt.</summary>
internal enum StopCause
{
    /// <summary>The batch was cancelled.</summary>
    Cancelled,

    /// <summary>The time limit had passed.</summary>
    TimedOut,
}

/// <summary>How an attempt ended.</summary>
internal enum AttemptOutcome
{
    /// <summary>Exit code 0, outputs there.</summary>
    Succeeded,

    /// <summary>Anything else; another attempt may follow.</summary>
    Failed,

    /// <summary>Failed, and must not be tried again whatever the job allows.</summary>
    FailedForGood,

    /// <summary>Stopped by a cancellation.</summary>
    Cancelled,

    /// <summary>Ended by the machine or the cluster that it ran on, through no fault of the job: some of these do not count as the job's own attempts.</summary>
    Interrupted,
}

/// <summary>What is known of an attempt that ended.</summary>
internal readonly record struct AttemptResult(AttemptOutcome Outcome, int? ExitCode, int? Signal, string? Reason)
{
    /// <summary>Whether it was ended for lack of memory.</summary>
    public bool OutOfMemory { get; init; }

    /// <summary>What it used; null when that is not known.</summary>
    public ProcessUsage? Usage { get; init; }
}
