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

    /// <summary>A number that no submission has had, also none that the journal has lost: Slurm may still have its tasks, which read its files.</summary>
    public int NextNumber => Math.Max(Submissions.Count == 0 ? 0 : Submissions.Keys.Last(), LastNumberOnDisk) + 1;

    /// <summary>The highest number that files of submissions had when the engine opened.</summary>
    public int LastNumberOnDisk { get; init; }

    /// <summary>Ends when the folders that tasks run in are there, as far as the engine makes them.</summary>
    public Task WorkFolders { get; private set; } = Task.CompletedTask;

    /// <summary>
    /// Makes the folders that tasks run in, behind Slurm's back while they wait for their nodes: one program less for each task. A task that is faster makes its
    /// own; so it is no harm when this cannot.
    /// </summary>
    public Task MakeWorkFolders(SlurmSubmission submission, CancellationToken closing)
    {
        var names = submission.Tasks.Select(task => string.Create(CultureInfo.InvariantCulture, $"{task.Job}-{task.Attempt}")).ToArray();
        return WorkFolders = WorkFolders.ContinueWith(_ => Make(names, closing), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Make(string[] names, CancellationToken closing)
    {
        try
        {
            foreach (var name in names)
            {
                if (Live.IsFinal || closing.IsCancellationRequested) return;
                Directory.CreateDirectory(Path.Combine(Live.Folder.Work, name));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The tasks that come without one try it themselves, and their logs say what is wrong.
        }
    }

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
