using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>Attempts that end, or are made to end, without a word of their wrapper.</summary>
internal sealed partial class SlurmCore
{
    /// <summary>How much longer than the grace a stopped task may take before it is ended by force.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    /// <summary>How long Slurm may take to end a task before it is told again.</summary>
    private static readonly TimeSpan RepeatedStop = TimeSpan.FromSeconds(30);

    /// <summary>Asks Slurm about the tasks that are gone without a trace, and judges those that have been so for long enough.</summary>
    private async Task JudgeAsync()
    {
        (SlurmBatch Batch, SlurmTask Task)[] missing;
        lock (_gate)
        {
            // A task of a job that cannot have started needs no judgement: it is submitted again when its time has come.
            foreach (var (batch, task) in MissingTasks())
            {
                if (task.State != SlurmTaskState.Queued || batch.Live.Run!.Jobs[task.Job - 1].State is JobState.Ready) continue;
                task.State = SlurmTaskState.Failed;
                batch.IsPlanDue = true;
            }
            missing = [.. MissingTasks()];
        }
        if (missing.Length == 0) return;
        var unknown = missing.Where(entry => entry.Task.Verdict is not { IsFinal: true }).Select(entry => entry.Task.ArrayId!.Value).ToHashSet();
        var verdicts = unknown.Count == 0 ? new SlurmVerdicts(new Dictionary<(long, int), TaskVerdict>(), new HashSet<long>()) : await AskAsync(() => _cluster.JudgeAsync(unknown, _limits?.HasAccounting ?? false, Closing));
        if (verdicts is null) return;
        lock (_gate)
        {
            foreach (var (batch, task) in missing)
            {
                if (task.Verdict is not { IsFinal: true }) task.Verdict = verdicts.Of(task);
                if (task.IsAlive && !task.IsDelivering && !batch.Live.IsFinal) Judge(batch, task);
            }
            foreach (var batch in missing.Select(entry => entry.Batch).Distinct())
            {
                if (_active.Contains(batch)) Changed(batch);
            }
        }
    }

    private IEnumerable<(SlurmBatch Batch, SlurmTask Task)> MissingTasks() => _active.SelectMany(batch => batch.Alive
        .Where(task => task is { MissingSince: not null, IsDelivering: false } && task.ArrayId is not null).Select(task => (batch, task)));

    private void Judge(SlurmBatch batch, SlurmTask task)
    {
        var job = batch.Live.Run!.Jobs[task.Job - 1];
        if (task.State == SlurmTaskState.Queued && task.Verdict is { IsDependencyFailure: true })
        {
            // A parent failed and was tried again, meanwhile with success.
            task.State = SlurmTaskState.Failed;
            batch.IsPlanDue = true;
        }
        else if (batch.Marks.ReadEnd(task.Job, task.Attempt) is { } end)
        {
            if (job.State == JobState.Running) TakeEnd(batch, job, end);
        }
        else if (task.Verdict is { IsFinal: false })
        {
            // Slurm has it after all, in a state that the queue does not list.
            (task.MissingSince, task.Verdict) = (null, null);
        }
        else if (Now - task.MissingSince >= _options.VisibilityLimit)
        {
            if (task.State == SlurmTaskState.Claimed)
            {
                End(batch, job, task, SlurmJudgement.WithoutEnd(job.Spec, job.Stop, hasRun: true, task.Verdict), job.Last!.StartedAt, Now);
            }
            else if (job.State == JobState.Ready && batch.Marks.ReadClaim(task.Job, task.Attempt) is null)
            {
                Record(batch, new AttemptStarted(Now, task.Job, task.Attempt));
                End(batch, job, task, SlurmJudgement.WithoutEnd(job.Spec, stop: null, hasRun: false, task.Verdict), Now, Now);
            }
        }
    }

    /// <summary>Ends in Slurm what is not wanted any more: what waits at once, what runs first by its wrapper.</summary>
    private async Task StopAsync()
    {
        var (signals, cancellations, arrays) = (new List<(long, int)>(), new List<(long, int)>(), new List<long>());
        lock (_gate)
        {
            arrays.AddRange(_leftovers);
            _leftovers.Clear();
            cancellations.AddRange(_requeued);
            _requeued.Clear();
            foreach (var array in _active.SelectMany(batch => batch.Alive.GroupBy(task => task.ArrayId).Where(group => group.Key is not null).Select(group => (Batch: batch, Tasks: group))))
            {
                var id = array.Tasks.Key!.Value;
                var taken = array.Tasks.Where(task => IsToBeTakenOut(array.Batch.Live.Run!, task)).ToArray();
                foreach (var task in taken) task.Stopped = (Now, Forced: true);
                if (taken.Length == array.Tasks.Count()) arrays.Add(id);
                else cancellations.AddRange(taken.Select(task => (id, task.Index)));
                foreach (var task in array.Tasks)
                {
                    if (task is not { State: SlurmTaskState.Claimed, Stopped: null, IsDelivering: false } || array.Batch.Live.Run!.Jobs[task.Job - 1].Stop is null) continue;
                    task.Stopped = (Now, Forced: false);
                    signals.Add((id, task.Index));
                }
            }
        }
        try
        {
            if (signals.Count > 0) await _cluster.SignalAsync(signals, Closing);
            if (cancellations.Count > 0) await _cluster.CancelAsync(cancellations, Closing);
            if (arrays.Count > 0) await _cluster.CancelAsync(arrays, Closing);
        }
        catch (SlurmCommandException e)
        {
            Unreachable(e);
            // Told again at the next look; of a batch that has ended the wrappers find the cancellation themselves.
            lock (_gate)
            {
                foreach (var task in _active.SelectMany(batch => batch.Alive)) task.Stopped = null;
            }
        }
    }

    /// <summary>Whether a task is to be taken out of Slurm now: it waits and is not wanted, or it was asked to end and does not.</summary>
    private bool IsToBeTakenOut(BatchRun run, SlurmTask task)
    {
        var job = run.Jobs[task.Job - 1];
        if (task.IsDelivering) return false;
        if (task.State == SlurmTaskState.Queued) return (job.IsFinal || run.IsUnwanted(job)) && (task.Stopped is not { } told || Now - told.At >= RepeatedStop);
        return job.Stop is not null && task.Stopped is { } stopped && Now - stopped.At > (stopped.Forced ? RepeatedStop : _options.KillGrace + StopPatience);
    }
}
