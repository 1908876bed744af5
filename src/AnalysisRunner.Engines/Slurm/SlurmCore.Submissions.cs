using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>What is handed to Slurm, and how it is made sure that nothing of it is lost or doubled.</summary>
internal sealed partial class SlurmCore
{
    /// <summary>What the ceiling of Slurm's own time limit leaves for the start and the end of a task.</summary>
    private static readonly TimeSpan TimeMargin = TimeSpan.FromMinutes(1);

    /// <summary>How long one round hands over at most: ends and cancellations are not to wait for the last of ten thousand jobs that have nothing in common.</summary>
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(2);

    private SlurmLimits? _limits;
    private int _refusals;
    private DateTimeOffset _notBefore;

    /// <summary>What an array is found by again after a crash; nothing in it is anybody's text but the key, which is well formed.</summary>
    private string Comment(SlurmBatch batch, int number) => string.Create(CultureInfo.InvariantCulture, $"analysis-runner/{_identity}/{batch.Live.Summary.Key}/{number}");

    /// <summary>Brings the inputs of the jobs that could start, outside of the loop: it may take its time.</summary>
    private void Stage()
    {
        lock (_gate)
        {
            foreach (var batch in _active)
            {
                if (!batch.IsPlanDue) continue;
                foreach (var job in batch.Live.Run!.Jobs)
                {
                    if (job is not { State: JobState.Ready, IsDelayed: false, Spec.InputFiles.Count: > 0 } || batch.Current[job.Spec.Id - 1] is { IsAlive: true }) continue;
                    if (batch.Staged.Contains(job.Spec.Id) || !batch.Staging.Add(job.Spec.Id)) continue;
                    Track(Task.Run(() => Stage(batch, job)));
                }
            }
        }
    }

    private void Stage(SlurmBatch batch, JobRun job)
    {
        AttemptResult? failure = null;
        try
        {
            // In a container links to files elsewhere lead nowhere.
            _transfers.Stage(batch.Live, job.Spec, copy: _containers is not null && batch.Live.Run!.Spec.Jobs.Any(other => other.Image is not null), Closing);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (TransferFailedException e)
        {
            failure = EndedAttempt.NotTransferred(e.Message, exitCode: null);
        }
        lock (_gate)
        {
            batch.Staging.Remove(job.Spec.Id);
            if (_closed || job.State != JobState.Ready) return;
            batch.IsPlanDue = true;
            if (failure is null) batch.Staged.Add(job.Spec.Id);
            else Fail(batch, job, failure.Value);
            if (_active.Contains(batch)) Changed(batch);
        }
    }

    /// <summary>An attempt that never came to Slurm.</summary>
    private void Fail(SlurmBatch batch, JobRun job, AttemptResult result)
    {
        var attempt = job.LastAttempt + 1;
        Record(batch, new AttemptStarted(Now, job.Spec.Id, attempt));
        Record(batch, new AttemptEnded(Now, job.Spec.Id, attempt, result, Now));
    }

    /// <summary>Submits what can be, some at a time, until nothing more can be, the turn is over, or Slurm takes no more for now.</summary>
    private async Task SubmitAsync()
    {
        if (Now < _notBefore) return;
        if (_limits is null && Read(() => _active.Count > 0)) _limits = await AskAsync(() => _cluster.ReadLimitsAsync(Closing));
        if (_limits is null) return;
        var begun = _options.TimeProvider.GetTimestamp();
        foreach (var batch in Read(() => _active.ToArray()))
        {
            var absent = Read(() => batch.Submissions.Values.Where(submission => submission is { ArrayId: null, IsAbsent: true } && submission.Tasks.Any(task => task.IsAlive)).ToList());
            var turn = await InTurnAsync(absent, _ => true, submission => SubmitAsync(batch, submission), begun);
            // What is left of a plan waits for something of which it is not known whether Slurm has it.
            for (var isFirst = true; turn.GoesOn && (isFirst || turn.Made > 0) && Read(() => Plan(batch)) is { Count: > 0 } plan; isFirst = false)
                turn = await InTurnAsync(plan, planned => CanGo(batch, planned.Dependencies), async planned => Prepare(batch, planned) is not { } submission || await SubmitAsync(batch, submission), begun);
            if (!turn.GoesOn) return;
        }
    }

    /// <summary>Whether Slurm has everything that a submission waits for.</summary>
    private bool CanGo(SlurmBatch batch, IReadOnlyList<PlannedDependency> dependencies) =>
        Read(() => dependencies.All(dependency => batch.Submissions.TryGetValue(dependency.Submission, out var parent) && parent.ArrayId is not null));

    /// <summary>Makes submissions, each when those that it waits for have been made; the answer is whether more may be made in this round, and how many were.</summary>
    private async Task<(bool GoesOn, int Made)> InTurnAsync<T>(IEnumerable<T> submissions, Func<T, bool> canGo, Func<T, Task<bool>> submit, long begun)
    {
        var (goesOn, made) = (true, 0);
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = _options.MostSubmissionsAtOnce, CancellationToken = Closing };
        var left = submissions.ToLookup(canGo);
        while (goesOn && left[true].Any())
        {
            await Parallel.ForEachAsync(left[true], atOnce, async (submission, _) =>
            {
                if (!Volatile.Read(ref goesOn)) return;
                Interlocked.Increment(ref made);
                if (!await submit(submission) || _options.TimeProvider.GetElapsedTime(begun) > LongestTurn) Volatile.Write(ref goesOn, false);
            });
            left = left[false].ToLookup(canGo);
        }
        return (goesOn, made);
    }

    private IReadOnlyList<PlannedSubmission> Plan(SlurmBatch batch)
    {
        if (_closed || !batch.IsPlanDue || batch.Live.IsFinal) return [];
        var room = _limits!.MostTasks - _active.Sum(other => other.Alive.Count());
        var plan = SubmissionPlan.Make(batch.Live.Run!, batch.Current, new SubmissionPlanLimits(batch.NextNumber, _limits.MaxArraySize, room), Shape,
            job => (job.State == JobState.Pending && batch.WaitsForParents.Contains(job.Spec.Id)) || (job.Spec.InputFiles.Count > 0 && !batch.Staged.Contains(job.Spec.Id)));
        // When there was no room for all, ends make some.
        if (plan.Count == 0 && room > 0) batch.IsPlanDue = false;
        return plan;
    }

    private JobShape Shape(JobRun job)
    {
        var memory = job.Spec.MemoryBytes * Math.Pow(job.Spec.MemoryGrowth ?? _options.MemoryGrowth, job.Attempts);
        return new JobShape(
            Math.Max(1, (job.Spec.MilliCpu + 999) / 1000), (long)Math.Ceiling(memory / (1 << 20)),
            job.Spec.Timeout is { } timeout ? (long)Math.Min(Math.Ceiling((timeout + _options.KillGrace + TimeMargin).TotalMinutes), int.MaxValue) : 0, job.Spec.MilliCpu == 0);
    }

    /// <summary>Writes the files of a submission and its first record; null when it is not wanted any more.</summary>
    private SlurmSubmission? Prepare(SlurmBatch batch, PlannedSubmission planned)
    {
        if (Read(() => batch.Live.IsFinal ? null : batch.Live.Run) is not { } run) return null;
        Directory.CreateDirectory(batch.LogFolder);
        SubmissionFiles.Write(batch.SubmissionFolder, planned, run.Spec, new TaskScripts(batch.Live.Folder, _containers), _options.KillGrace);
        lock (_gate)
        {
            if (_closed || batch.Live.IsFinal) return null;
            Record(batch, new Submitting(Now, planned.Number, planned.Dependencies));
            return batch.Add(new SlurmSubmission(planned.Number, planned.Dependencies) { Shape = planned.Shape }, planned.Tasks);
        }
    }

    /// <summary>Makes one submission; false when Slurm takes nothing for now.</summary>
    private async Task<bool> SubmitAsync(SlurmBatch batch, SlurmSubmission submission)
    {
        if (Read(() => batch.Live.IsFinal ? null : Describe(batch, submission)) is not { } array) return true;
        try
        {
            var id = await _cluster.SubmitAsync(array, Closing);
            lock (_gate) Accept(batch, submission, id);
            return true;
        }
        catch (SlurmCommandException e) when (e.IsTemporary)
        {
            // Slurm may have it or not: the next look at the queue tells, by the comment.
            HoldBack(e);
            return false;
        }
        catch (SlurmCommandException e)
        {
            lock (_gate) Drop(batch, submission, e.Message);
            return true;
        }
    }

    private SlurmArray Describe(SlurmBatch batch, SlurmSubmission submission)
    {
        var run = batch.Live.Run!;
        return new SlurmArray(
            batch.Live.Summary.Key, Comment(batch, submission.Number), _wrapper, batch.Live.Folder.Path, batch.LogFolder, submission.Number,
            [.. submission.Tasks.Select(task => task.Index)], submission.Shape == default ? Shape(run.Jobs[submission.Tasks[0].Job - 1]) : submission.Shape, Placement(run.Spec),
            _options.PassedEnvironmentOf?.Invoke(run.Spec) ?? [],
            [.. submission.Dependencies.Select(dependency => (batch.Submissions.GetValueOrDefault(dependency.Submission)?.ArrayId ?? 0, dependency.Corresponding))]);
    }

    /// <summary>Waits before more is handed over, twice as long each time that Slurm takes nothing, whatever else happens meanwhile.</summary>
    private void HoldBack(SlurmCommandException e)
    {
        lock (_gate)
        {
            // Those that were under way together are one refusal.
            if (Now < _notBefore) return;
            if (_refusals++ == 0) Report(EngineCodes.SlurmTakesNothing, $"Slurm takes no jobs for now: {e.Message} They are handed over later.");
            var wait = _options.ShortestPoll * Math.Pow(2, Math.Min(_refusals, 30));
            _notBefore = Now + (wait < _options.LongestPoll ? wait : _options.LongestPoll);
        }
    }

    private SlurmPlacement Placement(BatchSpec spec)
    {
        var placement = _options.PlacementOf?.Invoke(spec) is { } own ? _options.Placement.With(own) : _options.Placement;
        return spec.Identity?.SlurmAccount is { } account ? placement with { Account = account } : placement;
    }

    private void Accept(SlurmBatch batch, SlurmSubmission submission, long id)
    {
        _refusals = 0;
        submission.ArrayId = id;
        submission.IsAbsent = false;
        if (batch.Live.IsFinal)
        {
            // It was cancelled while Slurm was being told.
            _leftovers.Add(id);
            Wake();
            return;
        }
        Record(batch, new Submitted(Now, submission.Number, id));
        Track(batch.MakeWorkFolders(submission, Closing));
    }

    private void Drop(SlurmBatch batch, SlurmSubmission submission, string why)
    {
        if (batch.Live.IsFinal) return;
        Record(batch, new SubmissionDropped(Now, submission.Number));
        foreach (var task in submission.Tasks)
        {
            task.State = SlurmTaskState.Failed;
            var job = batch.Live.Run!.Jobs[task.Job - 1];
            // What it waited for may just be forgotten by Slurm; without that it is asked again when its parents have ended.
            if (job.State == JobState.Pending) batch.WaitsForParents.Add(task.Job);
            else if (job.State == JobState.Ready) Fail(batch, job, new AttemptResult(AttemptOutcome.FailedForGood, null, null, new Problem(EngineCodes.SlurmRefused, $"Slurm refused the job: {why} Correct what the job asks for, or the engine's settings.").ToString()));
        }
        Changed(batch);
    }
}
