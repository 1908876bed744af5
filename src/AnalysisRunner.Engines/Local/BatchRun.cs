using System.Globalization;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Local;

/// <summary>
/// The state of one batch: a pure function of its spec and of the records applied so far, so that replaying a journal and living through it give the
/// same. Not thread-safe.
/// </summary>
internal sealed class BatchRun
{
    /// <summary>How many attempts of a job may be interrupted without counting; a job that is interrupted more often may well be what breaks the machines.</summary>
    public const int MostInterruptions = 3;

    private readonly JobGraph _graph;
    private readonly JobGroups _groups;
    private readonly int[] _counts = new int[6];
    private readonly Stack<JobRun> _ended = new();
    private List<JobRun> _delayed = [];
    private int _openJobs;
    private JobRun? _firstFailure;
    private DateTimeOffset _lastChange;

    public BatchRun(BatchSpec spec)
    {
        Spec = spec;
        Jobs = new JobRun[spec.Jobs.Count];
        _openJobs = Jobs.Length;
        _counts[(int)JobState.Pending] = Jobs.Length;
        _graph = new JobGraph(spec);
        _groups = new JobGroups(spec);
        for (var i = 0; i < Jobs.Length; i++) Jobs[i] = new JobRun(spec.Jobs[i]) { OpenParents = spec.Jobs[i].Parents.Count };
    }

    public BatchSpec Spec { get; }

    /// <summary>The jobs; the one with id <c>n</c> is at <c>n - 1</c>.</summary>
    public JobRun[] Jobs { get; }

    public DateTimeOffset SubmittedAt { get; private set; }

    public bool IsFinal => _openJobs == 0;

    /// <summary>What could start.</summary>
    public ReadyJobs Ready { get; } = new();

    /// <summary>Whether there is something to cancel of a group, or of the batch as group 0.</summary>
    public bool CanCancel(int group) => !IsFinal && _groups.Knows(group) && _groups.CancelReason(group) is null;

    /// <summary>How often something was cancelled, by somebody or by too many failures.</summary>
    public int Cancellations => _groups.Cancellations;

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
                Start(job, started.Attempt, started.At);
                return true;
            case AttemptVoided voided when Running(voided.Job, voided.Attempt) is { } job:
                job.VoidAttempts++;
                job.Last = job.Last!.Previous;
                if (Cancelling(job) is { } why) EndAs(job, JobState.Cancelled, record.At, why);
                else Enqueue(job);
                return true;
            case AttemptStopRequested stop when Running(stop.Job, stop.Attempt) is { } job:
                job.Last!.Stop ??= stop.Cause;
                return true;
            case AttemptEnded ended when Running(ended.Job, ended.Attempt) is { } job:
                End(job, ended);
                return true;
            case AttemptEnded ended when Find(ended.Job) is { State: JobState.Ready } job && ended.Attempt > job.LastAttempt:
                // A compacted journal keeps only the ends; and the start may have been lost to damage.
                Start(job, ended.Attempt, ended.StartedAt);
                End(job, ended);
                return true;
            case GroupCancelled cancelled when _groups.Knows(cancelled.Group):
                Cancel(cancelled.Group, cancelled.Reason, record.At);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The jobs whose next attempt was put off since the last call.</summary>
    public IReadOnlyList<JobRun> TakeDelayed()
    {
        if (_delayed.Count == 0) return [];
        var taken = _delayed;
        _delayed = [];
        return taken;
    }

    /// <summary>The wait of a job is over.</summary>
    public void Release(JobRun job)
    {
        if (!job.IsDelayed) return;
        job.IsDelayed = false;
        if (job.State == JobState.Ready) Ready.Add(job, _graph.Unblocks(job.Spec.Id));
    }

    /// <summary>Whether the attempt that runs must be stopped because of a cancellation and was not asked yet.</summary>
    public bool MustStop(JobRun job) => job is { State: JobState.Running, Stop: null } && Cancelling(job) is not null;

    /// <summary>Whether a group is cancelled, by itself or with one that it lies in.</summary>
    public bool IsCancelled(int group) => _groups.CancelReason(group) is not null;

    /// <summary>Whether a job is not to start because of a cancellation.</summary>
    public bool IsUnwanted(JobRun job) => Cancelling(job) is not null;

    public BatchSummary Summary() => new(
        Spec.Key, Spec.Name, State(),
        new JobCounts(Count(JobState.Pending), Count(JobState.Ready), Count(JobState.Running), Count(JobState.Succeeded), Count(JobState.Failed), Count(JobState.Cancelled)),
        SubmittedAt, IsFinal ? _lastChange : null, Reason());

    public IReadOnlyList<JobGroupSummary> GroupSummaries() => _groups.Summaries(Jobs);

    private int Count(JobState state) => _counts[(int)state];

    private BatchState State() => !IsFinal ? BatchState.Running
        : _firstFailure is not null ? BatchState.Failed
        : Count(JobState.Cancelled) > 0 || _groups.CancelReason(0) is not null ? BatchState.Cancelled
        : BatchState.Succeeded;

    private string? Reason() => _firstFailure is { } job
        ? string.Create(CultureInfo.InvariantCulture, $"job {job.Spec.Id} \"{job.Spec.Name}\" failed: {job.Reason}")
        : _groups.CancelReason(0);

    /// <summary>Why a job is to end, or not to start; null when it may go on.</summary>
    private string? Cancelling(JobRun job) => job.Spec.AlwaysRun ? null : _groups.CancelReason(job.Spec.Group);

    private JobRun? Find(int id) => id >= 1 && id <= Jobs.Length ? Jobs[id - 1] : null;

    private JobRun? Running(int id, int attempt) => Find(id) is { State: JobState.Running } job && job.LastAttempt == attempt ? job : null;

    private void Start(JobRun job, int attempt, DateTimeOffset at)
    {
        // A gap in the numbers is a record that was lost to damage; what it stood for ran.
        job.LastAttempt = attempt;
        job.Last = new AttemptRun(attempt, at, job.Last);
        job.IsDelayed = false;
        job.Reason = null;
        Move(job, JobState.Running);
    }

    private void End(JobRun job, AttemptEnded ended)
    {
        job.Last!.StartedAt = ended.StartedAt;
        job.Last.FinishedAt = ended.At;
        job.Last.Result = ended.Result;
        job.Reason = ended.Result.Reason;
        if (ended.Result.Outcome == AttemptOutcome.Interrupted && job.Interruptions < MostInterruptions) job.Interruptions++;
        switch (ended.Result.Outcome)
        {
            case AttemptOutcome.Succeeded:
                EndAs(job, JobState.Succeeded, ended.At, null);
                break;
            case AttemptOutcome.Cancelled:
                EndAs(job, JobState.Cancelled, ended.At, ended.Result.Reason ?? Cancelling(job));
                break;
            case AttemptOutcome.Failed or AttemptOutcome.Interrupted when job.Attempts - job.Interruptions < job.Spec.Attempts && Cancelling(job) is null:
                _lastChange = ended.At;
                Move(job, JobState.Ready);
                job.IsDelayed = true;
                _delayed.Add(job);
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
            foreach (var id in _graph.Children(parent.Spec.Id))
            {
                var child = Jobs[id - 1];
                child.OpenParents--;
                if (parent.State != JobState.Succeeded && child.FailedParent == 0) child.FailedParent = parent.Spec.Id;
                if (child.OpenParents > 0) continue;
                // Judged only when all parents have ended, so that what always runs after a cancelled job never overlaps with that job's own parents.
                var why = child.Spec.AlwaysRun ? null
                    : child.FailedParent != 0 ? ParentReason(Jobs[child.FailedParent - 1])
                    : Cancelling(child);
                if (why is null)
                {
                    Enqueue(child);
                }
                else
                {
                    Finish(child, JobState.Cancelled, at, why);
                    _ended.Push(child);
                }
            }
        }
        if (state == JobState.Failed && _groups.CountFailure(job.Spec.Group) is { } limit && !IsFinal)
            Cancel(limit.Group, limit.Reason, at);
    }

    private static string ParentReason(JobRun parent) => string.Create(
        CultureInfo.InvariantCulture, $"job {parent.Spec.Id} \"{parent.Spec.Name}\" {(parent.State == JobState.Failed ? "failed" : "was cancelled")}");

    private void Cancel(int group, string reason, DateTimeOffset at)
    {
        if (IsFinal || !_groups.Cancel(group, reason)) return;
        foreach (var job in Jobs)
        {
            if (job.State == JobState.Ready && Cancelling(job) is { } why) EndAs(job, JobState.Cancelled, at, why);
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
        Ready.Add(job, _graph.Unblocks(job.Spec.Id));
    }

    private void Move(JobRun job, JobState state)
    {
        _counts[(int)job.State]--;
        job.State = state;
        _counts[(int)state]++;
    }
}
