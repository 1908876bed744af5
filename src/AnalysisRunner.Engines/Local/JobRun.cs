using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Local;

/// <summary>Where one job is. Kept small: a batch may have a million.</summary>
internal sealed class JobRun(JobSpec spec)
{
    public JobSpec Spec { get; } = spec;

    public JobState State { get; set; }

    /// <summary>Whether it is ready but its next attempt has to wait a while.</summary>
    public bool IsDelayed { get; set; }

    /// <summary>Parents that have not ended.</summary>
    public int OpenParents { get; set; }

    /// <summary>The first parent that ended in another way than by success; 0 when none did.</summary>
    public int FailedParent { get; set; }

    /// <summary>The number of the last attempt, which names its folder; 0 before the first.</summary>
    public int LastAttempt { get; set; }

    /// <summary>Attempts that are known never to have run.</summary>
    public int VoidAttempts { get; set; }

    /// <summary>Attempts that were interrupted and do not use up what the job may have.</summary>
    public int Interruptions { get; set; }

    /// <summary>Attempts that were made.</summary>
    public int Attempts => LastAttempt - VoidAttempts;

    /// <summary>The last attempt that was not void.</summary>
    public AttemptRun? Last { get; set; }

    /// <summary>Why the running attempt was asked to end.</summary>
    public StopCause? Stop => State == JobState.Running ? Last?.Stop : null;

    /// <summary>When a job ended that never ran.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    public string? Reason { get; set; }

    public bool IsFinal => State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;

    public JobSummary Summary()
    {
        var last = Last;
        var result = last?.Result;
        return new()
        {
            Id = Spec.Id,
            Name = Spec.Name,
            State = State,
            Reason = Reason,
            Attempts = Attempts,
            ExitCode = result?.ExitCode,
            Signal = result?.Signal,
            OutOfMemory = result?.OutOfMemory ?? false,
            CpuMilliseconds = result?.Usage?.CpuMilliseconds,
            PeakMemoryBytes = result?.Usage?.PeakMemoryBytes,
            StartedAt = last?.StartedAt,
            FinishedAt = last is null ? FinishedAt : last.FinishedAt,
            Command = Spec.Command,
            Image = Spec.Image,
            ResolvedImage = Spec.ResolvedImage,
        };
    }

    /// <summary>The attempts, ascending.</summary>
    public IReadOnlyList<AttemptSummary> AttemptSummaries()
    {
        var all = new List<AttemptSummary>();
        for (var attempt = Last; attempt is not null; attempt = attempt.Previous) all.Add(attempt.Summary());
        all.Reverse();
        return all;
    }
}
