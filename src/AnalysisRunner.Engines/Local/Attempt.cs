using AnalysisRunner.Engines.Local.Processes;

namespace AnalysisRunner.Engines.Local;

/// <summary>A running attempt. Guarded by the engine's lock, save what never changes.</summary>
internal sealed class Attempt(LiveBatch batch, JobRun job, int number, DateTimeOffset startedAt)
{
    public LiveBatch Batch { get; } = batch;

    public JobRun Job { get; } = job;

    public int Number { get; } = number;

    public DateTimeOffset StartedAt { get; } = startedAt;

    public AttemptFolder Folder { get; } = batch.Folder.Attempt(job.Spec.Id, number);

    /// <summary>How often the kernel had ended a process for lack of memory when this attempt began.</summary>
    public required long OutOfMemoryCount { get; init; }

    /// <summary>The process while it may be signalled: after its start, until it has ended. Null otherwise.</summary>
    public IJobProcess? Process { get; set; }

    /// <summary>Set for an attempt that was started by an earlier host.</summary>
    public bool IsAdopted { get; init; }

    /// <summary>Who runs an adopted attempt, as soon as its claim says so.</summary>
    public ProcessIdentity? Adopted { get; set; }

    /// <summary>When its script started, as far as is known; its time limit counts from here.</summary>
    public DateTimeOffset ScriptStartedAt { get; set; } = startedAt;

    /// <summary>Ends the bringing of its inputs and the delivery of its outputs; null when it has none.</summary>
    public CancellationTokenSource? Transfer { get; } =
        job.Spec.InputFiles.Count + job.Spec.OutputFiles.Count > 0 ? new CancellationTokenSource() : null;

    /// <summary>Set when its outputs are about to get their names: from then on it has succeeded and nothing stops it.</summary>
    public bool IsPublishing { get; set; }

    /// <summary>Set when an adopted attempt has ended and its outputs are being delivered.</summary>
    public bool IsFinishing { get; set; }

    /// <summary>What the attempt was seen to use: all that is known of an adopted one, and of others what the system does not tell at their end.</summary>
    public ProcessUsage? Sampled { get; set; }

    /// <summary>When a stopped attempt is ended by force, as a timestamp of the clock.</summary>
    public long? KillAt { get; set; }

    /// <summary>Its entry in the deadlines; null when it has none.</summary>
    public (long Due, long Order)? Deadline { get; set; }
}
