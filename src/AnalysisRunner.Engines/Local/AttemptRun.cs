using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Local;

/// <summary>What the records tell of one attempt. Made at its start, so that a job that waits carries nothing of it.</summary>
internal sealed class AttemptRun(int number, DateTimeOffset startedAt, AttemptRun? previous)
{
    public int Number { get; } = number;

    /// <summary>The attempt before, unless this is the first.</summary>
    public AttemptRun? Previous { get; } = previous;

    public DateTimeOffset StartedAt { get; set; } = startedAt;

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Why it was asked to end.</summary>
    public StopCause? Stop { get; set; }

    /// <summary>How it ended; null while it runs.</summary>
    public AttemptResult? Result { get; set; }

    public AttemptSummary Summary() => new()
    {
        Number = Number,
        State = Result?.Outcome switch
        {
            null => JobState.Running,
            AttemptOutcome.Succeeded => JobState.Succeeded,
            AttemptOutcome.Cancelled => JobState.Cancelled,
            _ => JobState.Failed,
        },
        Reason = Result?.Reason,
        ExitCode = Result?.ExitCode,
        Signal = Result?.Signal,
        OutOfMemory = Result?.OutOfMemory ?? false,
        CpuMilliseconds = Result?.Usage?.CpuMilliseconds,
        PeakMemoryBytes = Result?.Usage?.PeakMemoryBytes,
        StartedAt = StartedAt,
        FinishedAt = FinishedAt,
    };
}
