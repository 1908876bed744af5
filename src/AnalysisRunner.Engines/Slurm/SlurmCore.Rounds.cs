using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>The loop, and what each of its rounds learns.</summary>
internal sealed partial class SlurmCore
{
    private const double PollGrowth = 1.5;

    private bool _isReachable = true;
    private TimeSpan _interval;
    private long _askedAt;

    private async Task LoopAsync()
    {
        _interval = _options.ShortestPoll;
        while (!_closing.IsCancellationRequested)
        {
            Task woken;
            lock (_gate)
            {
                if (_wake.Task.IsCompleted) _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
                woken = _wake.Task;
            }
            var wait = Timeout.InfiniteTimeSpan;
            try
            {
                wait = await RoundAsync();
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Report(EngineCodes.StateFolderUnusable, $"The state folder cannot be used now: {e.Message} It is tried again.", _wrapper);
                wait = _interval = _options.LongestPoll;
            }
            using var delay = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            await Task.WhenAny(woken, Task.Delay(wait, _options.TimeProvider, delay.Token));
            await delay.CancelAsync();
        }
    }

    /// <summary>One look at everything, and what follows from it; the answer is when to look again.</summary>
    private async Task<TimeSpan> RoundAsync()
    {
        // Whoever wakes the loop does not make it ask more often.
        var isSoon = _options.TimeProvider.GetElapsedTime(_askedAt) < _options.ShortestPoll;
        var (asks, changes) = Read(() => (!isSoon && _active.Any(batch => batch.Alive.Any()), _changes));
        if (asks) _askedAt = _options.TimeProvider.GetTimestamp();
        // The queue first: what is gone from it has written its files before.
        var queue = asks ? await AskAsync(() => _cluster.ListAsync(Closing)) : null;
        lock (_gate)
        {
            foreach (var batch in _active.ToArray()) TakeMarks(batch, queue is null ? [] : Missing(batch, queue));
        }
        if (queue is not null) await JudgeAsync();
        await StopAsync();
        Release();
        Stage();
        await SubmitAsync();
        TellNews();
        _interval = Read(() => _changes) != changes ? _options.ShortestPoll : TimeSpan.FromTicks(Math.Min((long)(_interval.Ticks * PollGrowth), _options.LongestPoll.Ticks));
        return Read(NextLook);
    }

    /// <summary>Asks Slurm; null when it does not answer, which is reported once until it does again.</summary>
    private async Task<T?> AskAsync<T>(Func<Task<T>> ask) where T : class
    {
        try
        {
            var answer = await ask();
            _isReachable = true;
            return answer;
        }
        catch (SlurmCommandException e)
        {
            Unreachable(e);
            return null;
        }
    }

    private void Unreachable(SlurmCommandException e)
    {
        if (_isReachable) Report(EngineCodes.SlurmUnreachable, $"Slurm does not answer: {e.Message} Jobs that run go on; it is asked again and again.");
        _isReachable = false;
    }

    private TimeSpan NextLook()
    {
        if (_active.Count == 0) return Timeout.InfiniteTimeSpan;
        var wait = Timeout.InfiniteTimeSpan;
        if (_active.Any(batch => batch.Alive.Any() || batch.IsPlanDue)) wait = _interval;
        foreach (var (_, due) in _active.SelectMany(batch => batch.Delays))
        {
            var left = due - Now;
            if (left < TimeSpan.Zero) left = TimeSpan.Zero;
            if (wait == Timeout.InfiniteTimeSpan || left < wait) wait = left;
        }
        return wait;
    }

    /// <summary>The tasks that Slurm does not have any more; what it says about the others is kept.</summary>
    private List<SlurmTask> Missing(SlurmBatch batch, QueueListing queue)
    {
        var missing = new List<SlurmTask>();
        foreach (var submission in batch.Submissions.Values.Where(submission => submission.ArrayId is null && submission.Tasks.Any(task => task.IsAlive)))
        {
            if (queue.Find(Comment(batch, submission.Number)) is { } found) Accept(batch, submission, found);
            else submission.IsAbsent = true;
        }
        foreach (var task in batch.Alive)
        {
            if (task.ArrayId is not { } array) continue;
            if (!queue.TryFind(array, task.Index, out var waiting))
            {
                missing.Add(task);
                continue;
            }
            if (task.Waiting != waiting) batch.HasNews = true;
            task.Waiting = waiting;
            task.WasSeen = true;
            task.MissingSince = null;
        }
        return missing;
    }

    /// <summary>Takes what the wrappers have written since the last look, in the order in which it can have happened.</summary>
    private void TakeMarks(SlurmBatch batch, List<SlurmTask> missing)
    {
        var run = batch.Live.Run!;
        if (batch.Live.IsFinal) return;
        var (claimed, ended) = batch.Marks.List();
        claimed.RemoveWhere(attempt => attempt.Job < 1 || attempt.Job > run.Jobs.Length || attempt.Attempt <= run.Jobs[attempt.Job - 1].LastAttempt);
        // The claim of a child may be seen together with the end of its parent, and that of a grandchild too.
        bool progress;
        do
        {
            progress = false;
            foreach (var (job, attempt) in claimed.ToArray())
            {
                if (run.Jobs[job - 1] is not { State: JobState.Ready } ready || batch.Marks.ReadClaim(job, attempt) is not { } claim) continue;
                claimed.Remove((job, attempt));
                Start(batch, ready, attempt, claim);
                progress = true;
            }
            foreach (var job in run.Jobs)
            {
                if (job.State != JobState.Running || !ended.Remove((job.Spec.Id, job.LastAttempt)) || batch.Marks.ReadEnd(job.Spec.Id, job.LastAttempt) is not { } end) continue;
                progress |= TakeEnd(batch, job, end);
            }
        }
        while (progress && !batch.Live.IsFinal);
        foreach (var task in missing.Where(task => task.IsAlive && !task.IsDelivering)) task.MissingSince ??= Now;
        if (_active.Contains(batch)) Changed(batch);
    }

    private void Start(SlurmBatch batch, JobRun job, int attempt, AttemptClaim claim)
    {
        if (batch.Current[job.Spec.Id - 1] is not { } task || task.Attempt != attempt || task.Submission.Number != claim.Submission)
        {
            // Another submission of the same attempt was faster, or the journal lost the record of this one.
            if (!batch.Submissions.TryGetValue(claim.Submission, out var submission)) submission = batch.Add(new SlurmSubmission(claim.Submission, []), []);
            task = submission.Tasks.FirstOrDefault(other => other.Job == job.Spec.Id && other.Attempt == attempt) ?? submission.Add(new PlannedTask(job.Spec.Id, attempt, claim.Index));
            batch.SetCurrent(task);
        }
        task.Submission.ArrayId ??= claim.ArrayId;
        task.ArrayId = claim.ArrayId;
        task.State = SlurmTaskState.Claimed;
        // What was said before counts no more.
        (task.Waiting, task.MissingSince, task.Verdict) = (null, null, null);
        batch.Staged.Remove(job.Spec.Id);
        Record(batch, new AttemptStarted(claim.At, job.Spec.Id, attempt));
    }

    /// <summary>Takes the end of an attempt; false when more must be known first, or be done.</summary>
    private bool TakeEnd(SlurmBatch batch, JobRun job, AttemptEnd end)
    {
        if (batch.Current[job.Spec.Id - 1] is not { } task || task.IsDelivering) return false;
        if (job.Stop is null && SlurmJudgement.NeedsVerdict(end) && task.Verdict is not ({ IsFinal: true } or { IsWaiting: true }))
        {
            task.MissingSince ??= Now;
            // While Slurm still completes a task it does not say how it ended, however long that takes.
            if (task.Verdict is { IsFinal: false } || Now - task.MissingSince < _options.VisibilityLimit) return false;
        }
        var result = SlurmJudgement.Of(job.Spec, batch.Live.Folder.Scratch, job.Stop, end, task.Verdict, _containers);
        if (result.Outcome == AttemptOutcome.Succeeded && job.Spec.OutputFiles.Count > 0)
        {
            task.IsDelivering = true;
            Track(Task.Run(() => Deliver(batch, job, task, end, result)));
            return false;
        }
        End(batch, job, task, result, end.StartedAt, end.FinishedAt);
        return true;
    }

    private void End(SlurmBatch batch, JobRun job, SlurmTask task, AttemptResult result, DateTimeOffset startedAt, DateTimeOffset at)
    {
        task.State = result.Outcome == AttemptOutcome.Succeeded ? SlurmTaskState.Succeeded : SlurmTaskState.Failed;
        task.IsDelivering = false;
        // It would find its attempt claimed. The next attempt is a task of its own.
        if (task.Verdict is { IsWaiting: true }) _requeued.Add((task.ArrayId!.Value, task.Index));
        _logLimit.Apply(batch.Log(task.Submission.Number, task.Index));
        Record(batch, new AttemptEnded(at, job.Spec.Id, task.Attempt, result, startedAt));
    }

    private void Deliver(SlurmBatch batch, JobRun job, SlurmTask task, AttemptEnd end, AttemptResult result)
    {
        var delivery = new OutputDelivery(_transfers, batch.Live.Run!.Spec, job.Spec, batch.Live.Folder.Scratch);
        try
        {
            delivery.Prepare(Closing);
            if (Read(() => job.Stop is null && !_closed)) delivery.Publish();
            else delivery.Discard();
        }
        catch (OperationCanceledException)
        {
            // The engine closes; its successor finds the end of the attempt and begins again.
            return;
        }
        catch (TransferFailedException e)
        {
            result = EndedAttempt.NotTransferred(e.Message, result.ExitCode) with { Usage = result.Usage };
        }
        lock (_gate)
        {
            if (_closed) return;
            End(batch, job, task, job.Stop is { } cause ? EndedAttempt.Stopped(job.Spec, cause, result) : result, end.StartedAt, Now < end.FinishedAt ? end.FinishedAt : Now);
            Changed(batch);
        }
        TellNews();
    }

    private void Release()
    {
        lock (_gate)
        {
            foreach (var batch in _active)
            {
                var due = batch.Delays.RemoveAll(delay =>
                {
                    if (delay.Due > Now) return false;
                    batch.Live.Run!.Release(delay.Job);
                    return true;
                });
                if (due > 0) batch.IsPlanDue = true;
            }
        }
    }
}
