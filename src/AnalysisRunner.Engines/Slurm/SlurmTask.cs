namespace AnalysisRunner.Engines.Slurm;

/// <summary>One attempt of a job in the hands of Slurm. Guarded by the engine's lock.</summary>
internal sealed class SlurmTask(SlurmSubmission submission, int job, int attempt, int index)
{
    public SlurmSubmission Submission { get; } = submission;

    /// <summary>The job's id in its batch.</summary>
    public int Job { get; } = job;

    public int Attempt { get; } = attempt;

    /// <summary>The index in the array.</summary>
    public int Index { get; } = index;

    public SlurmTaskState State { get; set; }

    /// <summary>The array that runs it: that of its submission, unless Slurm has the submission twice and the other one was faster.</summary>
    public long? ArrayId
    {
        get => field ?? Submission.ArrayId;
        set;
    }

    /// <summary>Whether Slurm has it, or will when its submission is made.</summary>
    public bool IsAlive => State is SlurmTaskState.Queued or SlurmTaskState.Claimed;

    /// <summary>What Slurm says while it waits, such as <c>PENDING (Resources)</c>.</summary>
    public string? Waiting { get; set; }

    /// <summary>Whether it was seen in the queue.</summary>
    public bool WasSeen { get; set; }

    /// <summary>When it was first not in the queue although nothing tells of its end, or its end asks for Slurm's word.</summary>
    public DateTimeOffset? MissingSince { get; set; }

    /// <summary>What Slurm said about its end.</summary>
    public TaskVerdict? Verdict { get; set; }

    /// <summary>When it was last told to end, and whether by force.</summary>
    public (DateTimeOffset At, bool Forced)? Stopped { get; set; }

    /// <summary>Set while its outputs are being delivered.</summary>
    public bool IsDelivering { get; set; }
}

/// <summary>Where a task is.</summary>
internal enum SlurmTaskState
{
    /// <summary>Submitted, and its wrapper has not begun.</summary>
    Queued,

    /// <summary>Its wrapper has claimed the attempt.</summary>
    Claimed,

    /// <summary>It succeeded.</summary>
    Succeeded,

    /// <summary>It ended in another way, or it is gone without having run.</summary>
    Failed,
}

/// <summary>One array in Slurm. Guarded by the engine's lock.</summary>
internal sealed class SlurmSubmission(int number, IReadOnlyList<PlannedDependency> dependencies)
{
    private readonly List<SlurmTask> _tasks = [];

    /// <summary>Which submission of the batch, from 1.</summary>
    public int Number { get; } = number;

    public IReadOnlyList<PlannedDependency> Dependencies { get; } = dependencies;

    public IReadOnlyList<SlurmTask> Tasks => _tasks;

    /// <summary>Slurm's id; null while it is not known whether Slurm has it.</summary>
    public long? ArrayId { get; set; }

    /// <summary>What its tasks ask for; known to the engine that made the plan, and read from the spec by another.</summary>
    public JobShape Shape { get; init; }

    /// <summary>Whether a look at the queue has not found it, so that it can be submitted (again).</summary>
    public bool IsAbsent { get; set; }

    public SlurmTask Add(PlannedTask planned)
    {
        var task = new SlurmTask(this, planned.Job, planned.Attempt, planned.Index);
        _tasks.Add(task);
        return task;
    }
}
