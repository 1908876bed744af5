using System.Globalization;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Local;

/// <summary>
/// The state of one batch: a pure function of its spec and of the records applied so far, so that replaying a journal and living through it give the
/// same. Not thread-safe.
/// </summary>
internal sealed class BatchRun
{
    private readonly int[] _childStart;
    private readonly int[] _children;
    private readonly Queue<JobRun> _ready = new();
    private readonly Queue<JobRun> _readyWithoutSlot = new();
    private readonly int[] _counts = new int[6];
    private readonly Stack<JobRun> _ended = new();
    private int _openJobs;
    private string? _cancelReason;
    private JobRun? _firstFailure;
    private DateTimeOffset _lastChange;

    public BatchRun(BatchSpec spec)
    {
        Spec = spec;
        Jobs = new JobRun[spec.Jobs.Count];
        _openJobs = Jobs.Length;
        _counts[(int)JobState.Pending] = Jobs.Length;
        (_childStart, _children) = Children(spec);
        for (var i = 0; i < Jobs.Length; i++) Jobs[i] = new JobRun(spec.Jobs[i]) { OpenParents = spec.Jobs[i].Parents.Count };
    }

    public BatchSpec Spec { get; }

    /// <summary>The jobs; the one with id <c>n</c> is at <c>n - 1</c>.</summary>
    public JobRun[] Jobs { get; }

    public DateTimeOffset SubmittedAt { get; private set; }

    public bool IsFinal => _openJobs == 0;

    /// <summary>Whether nothing more is to start, save what always runs.</summary>
    public bool IsCancelled => _cancelReason is not null;

    /// <summary>Applies one record; false when it contradicts the state, in which case nothing changed.</summary>
    public bool Apply(JournalRecord record)
    {
        switch (record)
        {
            case BatchAcceptedRecord:
                SubmittedAt = record.At;
                _lastChange = record.At;
                foreach (var job in Jobs)
                {
                    if (job.OpenParents == 0) Enqueue(job);
                }
                return true;
            case AttemptStarted started when Find(started.Job) is { State: JobState.Ready } job && started.Attempt > job.LastAttempt:
                // A gap in the numbers is a record that was lost to damage; what it stood for ran.
                job.LastAttempt = started.Attempt;
                job.StartedAt = started.At;
                job.FinishedAt = null;
                job.ExitCode = job.Signal = null;
                job.Reason = null;
                job.Stop = null;
                Move(job, JobState.Running);
                return true;
            case AttemptVoided voided when Running(voided.Job, voided.Attempt) is { } job:
                job.VoidAttempts++;
                job.StartedAt = null;
                if (IsCancelled && !job.Spec.AlwaysRun) EndAs(job, JobState.Cancelled, record.At, _cancelReason);
                else Enqueue(job);
                return true;
            case AttemptStopRequested stop when Running(stop.Job, stop.Attempt) is { } job:
                job.Stop ??= stop.Cause;
                return true;
            case AttemptEnded ended when Running(ended.Job, ended.Attempt) is { } job:
                End(job, ended);
                return true;
            case BatchCancelled cancelled:
                Cancel(cancelled.Reason, record.At);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The job that has been ready for longest of those that occupy a slot, or of those that occupy none; null when there is none.</summary>
    public JobRun? PeekReady(bool withoutSlot)
    {
        var queue = withoutSlot ? _readyWithoutSlot : _ready;
        while (queue.TryPeek(out var job))
        {
            if (job.State == JobState.Ready) return job;
            queue.Dequeue();
        }
        return null;
    }

    /// <summary>Whether the attempt that runs must be stopped because of a cancellation and was not asked yet.</summary>
    public bool MustStop(JobRun job) => IsCancelled && job is { State: JobState.Running, Stop: null } && !job.Spec.AlwaysRun;

    public BatchSummary Summary() => new(
        Spec.Key, Spec.Name, State(),
        new JobCounts(Count(JobState.Pending), Count(JobState.Ready), Count(JobState.Running), Count(JobState.Succeeded), Count(JobState.Failed), Count(JobState.Cancelled)),
        SubmittedAt, IsFinal ? _lastChange : null, Reason());

    private int Count(JobState state) => _counts[(int)state];

    private BatchState State() => !IsFinal ? BatchState.Running
        : _firstFailure is not null ? BatchState.Failed
        : Count(JobState.Cancelled) > 0 || IsCancelled ? BatchState.Cancelled
        : BatchState.Succeeded;

    private string? Reason() => _firstFailure is { } job
        ? string.Create(CultureInfo.InvariantCulture, $"job {job.Spec.Id} \"{job.Spec.Name}\" failed: {job.Reason}")
        : _cancelReason;

    private JobRun? Find(int id) => id >= 1 && id <= Jobs.Length ? Jobs[id - 1] : null;

    private JobRun? Running(int id, int attempt) => Find(id) is { State: JobState.Running } job && job.LastAttempt == attempt ? job : null;

    private void End(JobRun job, AttemptEnded ended)
    {
        job.ExitCode = ended.Result.ExitCode;
        job.Signal = ended.Result.Signal;
        job.StartedAt = ended.StartedAt;
        job.FinishedAt = ended.At;
        job.Reason = ended.Result.Reason;
        switch (ended.Result.Outcome)
        {
            case AttemptOutcome.Succeeded:
                EndAs(job, JobState.Succeeded, ended.At, null);
                break;
            case AttemptOutcome.Cancelled:
                EndAs(job, JobState.Cancelled, ended.At, ended.Result.Reason ?? _cancelReason);
                break;
            case AttemptOutcome.Failed when job.Attempts < job.Spec.Attempts && (!IsCancelled || job.Spec.AlwaysRun):
                _lastChange = ended.At;
                Enqueue(job);
                break;
            default:
                EndAs(job, JobState.Failed, ended.At, ended.Result.Reason);
                break;
        }
    }

    private void EndAs(JobRun job, JobState state, DateTimeOffset at, string? reason)
    {
        _ended.Push(job);
        Finish(job, state, at, reason);
        // Iterative: a chain may be as long as the batch.
        while (_ended.TryPop(out var parent))
        {
            for (var i = _childStart[parent.Spec.Id - 1]; i < _childStart[parent.Spec.Id]; i++)
            {
                var child = Jobs[_children[i] - 1];
                child.OpenParents--;
                if (parent.State != JobState.Succeeded && child.FailedParent == 0) child.FailedParent = parent.Spec.Id;
                if (child.OpenParents > 0) continue;
                // Judged only when all parents have ended, so that what always runs after a cancelled job never overlaps with that job's own parents.
                if (child.Spec.AlwaysRun || (child.FailedParent == 0 && !IsCancelled))
                {
                    Enqueue(child);
                }
                else
                {
                    Finish(child, JobState.Cancelled, at, child.FailedParent == 0 ? _cancelReason : ParentReason(Jobs[child.FailedParent - 1]));
                    _ended.Push(child);
                }
            }
        }
        if (Spec.CancelAfterFailures is { } limit && Count(JobState.Failed) >= limit && !IsCancelled && !IsFinal)
            Cancel(string.Create(CultureInfo.InvariantCulture, $"{Count(JobState.Failed)} failed, and the batch stops after {limit}"), at);
    }

    private static string ParentReason(JobRun parent) => string.Create(
        CultureInfo.InvariantCulture, $"job {parent.Spec.Id} \"{parent.Spec.Name}\" {(parent.State == JobState.Failed ? "failed" : "was cancelled")}");

    private void Cancel(string reason, DateTimeOffset at)
    {
        if (IsCancelled || IsFinal) return;
        _cancelReason = reason;
        foreach (var job in Jobs)
        {
            if (job.State == JobState.Ready && !job.Spec.AlwaysRun) EndAs(job, JobState.Cancelled, at, reason);
        }
    }

    private void Finish(JobRun job, JobState state, DateTimeOffset at, string? reason)
    {
        Move(job, state);
        job.Reason = reason;
        job.FinishedAt = at;
        _lastChange = at;
        _openJobs--;
        if (state == JobState.Failed) _firstFailure ??= job;
    }

    private void Enqueue(JobRun job)
    {
        Move(job, JobState.Ready);
        (job.Spec is { MilliCpu: 0, MemoryBytes: 0 } ? _readyWithoutSlot : _ready).Enqueue(job);
    }

    private void Move(JobRun job, JobState state)
    {
        _counts[(int)job.State]--;
        job.State = state;
        _counts[(int)state]++;
    }

    /// <summary>Who waits for whom, as one array cut into slices: two objects for any number of edges.</summary>
    private static (int[] Start, int[] Children) Children(BatchSpec spec)
    {
        var start = new int[spec.Jobs.Count + 1];
        foreach (var job in spec.Jobs)
        {
            foreach (var parent in job.Parents) start[parent]++;
        }
        for (var i = 1; i < start.Length; i++) start[i] += start[i - 1];
        var children = new int[start[^1]];
        var next = (int[])start.Clone();
        // start[p] is the end of the slice of job p, and so the start of that of p + 1; filling backwards keeps the order of the jobs.
        for (var j = spec.Jobs.Count - 1; j >= 0; j--)
        {
            foreach (var parent in spec.Jobs[j].Parents) children[--next[parent]] = spec.Jobs[j].Id;
        }
        return (start, children);
    }
}
