using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Local;

/// <summary>Where one job is. Kept small: a batch may have a million.</summary>
internal sealed class JobRun(JobSpec spec)
{
    public JobSpec Spec { get; } = spec;

    public JobState State { get; set; }

    /// <summary>Parents that have not ended.</summary>
    public int OpenParents { get; set; }

    /// <summary>The first parent that ended in another way than by success; 0 when none did.</summary>
    public int FailedParent { get; set; }

    /// <summary>The number of the last attempt, which names its folder; 0 before the first.</summary>
    public int LastAttempt { get; set; }

    /// <summary>Attempts that are known never to have run.</summary>
    public int VoidAttempts { get; set; }

    /// <summary>Attempts that count.</summary>
    public int Attempts => LastAttempt - VoidAttempts;

    /// <summary>Why the running attempt was asked to end.</summary>
    public StopCause? Stop { get; set; }

    public int? ExitCode { get; set; }

    public int? Signal { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    public string? Reason { get; set; }

    public bool IsFinal => State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;

    public JobSummary Summary() => new()
    {
        Id = Spec.Id,
        Name = Spec.Name,
        State = State,
        Reason = Reason,
        Attempts = Attempts,
        ExitCode = ExitCode,
        Signal = Signal,
        StartedAt = StartedAt,
        FinishedAt = FinishedAt,
        Command = Spec.Command,
    };
}
