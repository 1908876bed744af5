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

    private SlurmLimits? _limits;

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
            _transfers.Stage(batch.Live, job.Spec, copy: false, Closing);
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

    /// <summary>Submits what can be, until nothing more can be or Slurm does not take more for now.</summary>
    private async Task SubmitAsync()
    {
        if (_limits is null && Read(() => _active.Count > 0)) _limits = await AskAsync(() => _cluster.ReadLimitsAsync(Closing));
        if (_limits is null) return;
        foreach (var batch in Read(() => _active.ToArray()))
        {
            foreach (var submission in Read(() => batch.Submissions.Values.Where(submission => submission is { ArrayId: null, IsAbsent: true } && submission.Tasks.Any(task => task.IsAlive)).ToArray()))
            {
                if (!await SubmitAsync(batch, submission)) return;
            }
            while (true)
            {
                var plan = Read(() => Plan(batch));
                foreach (var planned in plan)
                {
                    if (Prepare(batch, planned) is { } submission && !await SubmitAsync(batch, submission)) return;
                }
                if (plan.Count == 0) break;
            }
        }
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
        var memory = job.Spec.MemoryBytes * Math.Pow(Math.Max(1, _options.MemoryGrowth), job.Attempts);
        return new JobShape(
            Math.Max(1, (job.Spec.MilliCpu + 999) / 1000), (long)Math.Ceiling(memory / (1 << 20)),
            job.Spec.Timeout is { } timeout ? (long)Math.Min(Math.Ceiling((timeout + _options.KillGrace + TimeMargin).TotalMinutes), int.MaxValue) : 0, job.Spec.MilliCpu == 0);
    }

    /// <summary>Writes the files of a submission and its first record; null when what it waits for did not come to Slurm.</summary>
    private SlurmSubmission? Prepare(SlurmBatch batch, PlannedSubmission planned)
    {
        lock (_gate)
        {
            // A number that a refused one should have had stays unused.
            if (batch.Submissions.ContainsKey(planned.Number) || planned.Dependencies.Any(dependency => !batch.Submissions.TryGetValue(dependency.Submission, out var parent) || parent.ArrayId is null)) return null;
        }
        Directory.CreateDirectory(batch.LogFolder);
        SubmissionFiles.Write(batch.SubmissionFolder, planned, batch.Live.Run!.Spec, _options.KillGrace);
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
        var array = Read(() => new SlurmArray(
            batch.Live.Summary.Key, Comment(batch, submission.Number), _wrapper, batch.Live.Folder.Path, batch.LogFolder, submission.Number,
            [.. submission.Tasks.Select(task => task.Index)], submission.Shape == default ? Shape(batch.Live.Run!.Jobs[submission.Tasks[0].Job - 1]) : submission.Shape,
            [.. submission.Dependencies.Select(dependency => (batch.Submissions[dependency.Submission].ArrayId ?? 0, dependency.Corresponding))]));
        try
        {
            var id = await _cluster.SubmitAsync(array, Closing);
            lock (_gate) Accept(batch, submission, id);
            _isReachable = true;
            return true;
        }
        catch (SlurmCommandException e) when (e.IsTemporary)
        {
            // Slurm may have it or not: the next look at the queue tells, by the comment.
            Unreachable(e);
            return false;
        }
        catch (SlurmCommandException e)
        {
            lock (_gate) Drop(batch, submission, e.Message);
            return true;
        }
    }

    private void Accept(SlurmBatch batch, SlurmSubmission submission, long id)
    {
        submission.ArrayId = id;
        submission.IsAbsent = false;
        Record(batch, new Submitted(Now, submission.Number, id));
    }

    private void Drop(SlurmBatch batch, SlurmSubmission submission, string why)
    {
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
