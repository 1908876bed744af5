using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>A batch with what of it is in Slurm. Guarded by the engine's lock.</summary>
internal sealed class SlurmBatch(LiveBatch live)
{
    private SlurmTask?[] _current = [];

    /// <summary>The batch as the common part of the engines knows it.</summary>
    public LiveBatch Live { get; } = live;

    /// <summary>The latest task of each job; the job with id <c>n</c> is at <c>n - 1</c>.</summary>
    public IReadOnlyList<SlurmTask?> Current => _current;

    /// <summary>The submissions by number.</summary>
    public SortedDictionary<int, SlurmSubmission> Submissions { get; } = [];

    public AttemptMarks Marks { get; } = new(live.Folder.Attempts);

    /// <summary>Jobs that are not submitted before their parents have ended, because Slurm would not have it.</summary>
    public HashSet<int> WaitsForParents { get; } = [];

    /// <summary>When the next attempts of delayed jobs are due.</summary>
    public List<(JobRun Job, DateTimeOffset Due)> Delays { get; } = [];

    /// <summary>Jobs whose inputs have been brought, for their next attempt.</summary>
    public HashSet<int> Staged { get; } = [];

    /// <summary>Jobs whose inputs are being brought.</summary>
    public HashSet<int> Staging { get; } = [];

    /// <summary>How many of the cancellations are written where the wrappers look.</summary>
    public int CancellationsWritten { get; set; }

    /// <summary>Whether something changed that readers have not been told.</summary>
    public bool HasNews { get; set; }

    /// <summary>Whether something changed after which more may be submitted.</summary>
    public bool IsPlanDue { get; set; } = true;

    public string SubmissionFolder => Path.Combine(Live.Folder.Path, "submissions");

    public string LogFolder => Path.Combine(Live.Folder.Path, "logs");

    /// <summary>The tasks that Slurm has or will have.</summary>
    public IEnumerable<SlurmTask> Alive => _current.OfType<SlurmTask>().Where(task => task.IsAlive);

    public int NextNumber => Submissions.Count == 0 ? 1 : Submissions.Keys.Last() + 1;

    public void Begin(BatchRun run) => _current = new SlurmTask?[run.Jobs.Length];

    /// <summary>Adds a submission; its tasks become those of their jobs.</summary>
    public SlurmSubmission Add(SlurmSubmission submission, IEnumerable<PlannedTask> tasks)
    {
        Submissions.Add(submission.Number, submission);
        foreach (var planned in tasks) SetCurrent(submission.Add(planned));
        return submission;
    }

    public void SetCurrent(SlurmTask task)
    {
        if (task.Job >= 1 && task.Job <= _current.Length) _current[task.Job - 1] = task;
    }

    /// <summary>The log of an attempt; null when nobody has claimed it.</summary>
    public string? LogOfAttempt(int job, int attempt) => Marks.ReadClaim(job, attempt) is { } claim ? Log(claim.Submission, claim.Index) : null;

    public string Log(int submission, int index) => Path.Combine(LogFolder, string.Create(CultureInfo.InvariantCulture, $"{submission}-{index}"));

    /// <summary>The state of a job with what Slurm says while it waits.</summary>
    public JobSummary Summary(JobRun job) => job is { State: JobState.Ready or JobState.Pending } && _current.Length > 0 && _current[job.Spec.Id - 1] is { State: SlurmTaskState.Queued, Waiting: { } waiting }
        ? job.Summary() with { Reason = waiting }
        : job.Summary();
}
