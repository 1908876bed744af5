using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>
/// Which jobs are handed to Slurm now, in as few arrays as possible: what can start, and what waits for what Slurm has already, when Slurm can be told so in
/// few words. A pure function of the state of a batch.
/// </summary>
/// <remarks>
/// A job goes ahead of the end of its parents when each has succeeded or is alive in Slurm, and its dependencies are whole arrays (<c>afterok</c>) or the
/// tasks with one index (<c>aftercorr</c>). It waits for the engine when it always runs, when it has inputs to bring, or when a parent has outputs to
/// deliver: that is the host's work and may fail. Everything else waits too, and is then submitted together with whatever else has become ready.
/// </remarks>
internal sealed class SubmissionPlan
{
    /// <summary>How many arrays wait in Slurm for others, at most: a chain of a thousand jobs is handed over piece by piece.</summary>
    public const int MostAhead = 64;

    private readonly BatchRun _run;
    private readonly SubmissionPlanLimits _limits;
    private readonly Func<JobRun, JobShape> _shape;
    private readonly Func<JobRun, bool> _isHeld;
    private readonly Place?[] _places;
    private readonly Dictionary<int, (int Tasks, bool IsClean)> _arrays = [];
    private readonly List<PlannedSubmission> _planned = [];
    private int _room;
    private int _ahead;

    private SubmissionPlan(
        BatchRun run, IReadOnlyList<SlurmTask?> current, SubmissionPlanLimits limits, Func<JobRun, JobShape> shape, Func<JobRun, bool> isHeld)
    {
        (_run, _limits, _shape, _isHeld, _room) = (run, limits, shape, isHeld, limits.Room);
        _places = new Place?[run.Jobs.Length];
        foreach (var task in current.OfType<SlurmTask>())
        {
            if (task.State == SlurmTaskState.Failed) continue;
            _places[task.Job - 1] = new Place(task.Submission.Number, task.Index, task.IsAlive);
            if (_arrays.ContainsKey(task.Submission.Number)) continue;
            _arrays.Add(task.Submission.Number, (task.Submission.Tasks.Count, task.Submission.Tasks.All(other => other.State != SlurmTaskState.Failed)));
            if (task.Submission.Dependencies.Count > 0 && task.Submission.Tasks.Any(other => other.State == SlurmTaskState.Queued)) _ahead++;
        }
    }

    /// <summary>The submissions to make, each after those that it waits for.</summary>
    /// <param name="run">The state of the batch.</param>
    /// <param name="current">The latest task of each job.</param>
    /// <param name="limits">What Slurm takes.</param>
    /// <param name="shape">What the next attempt of a job asks for.</param>
    /// <param name="isHeld">Whether a job is not to be submitted yet.</param>
    public static IReadOnlyList<PlannedSubmission> Make(
        BatchRun run, IReadOnlyList<SlurmTask?> current, SubmissionPlanLimits limits, Func<JobRun, JobShape> shape, Func<JobRun, bool> isHeld)
    {
        var plan = new SubmissionPlan(run, current, limits, shape, isHeld);
        plan.TakeReady();
        while (plan.TakeAhead())
        {
            // The next round finds what waits for what this one has placed.
        }
        return plan._planned;
    }

    private bool IsFree(JobRun job) => _places[job.Spec.Id - 1] is not { IsAlive: true };

    private void TakeReady()
    {
        var arrays = new ArrayGroups();
        foreach (var job in _run.Jobs)
        {
            if (job is { State: JobState.Ready, IsDelayed: false } && IsFree(job) && !_isHeld(job)) arrays.Add(_shape(job), [], null, job);
        }
        Close(arrays);
    }

    private bool TakeAhead()
    {
        if (_ahead >= MostAhead || _room <= 0) return false;
        var arrays = new ArrayGroups();
        foreach (var job in _run.Jobs)
        {
            if (job is not { State: JobState.Pending, FailedParent: 0, Spec: { AlwaysRun: false, InputFiles.Count: 0 } } || !IsFree(job) || _isHeld(job) || _run.IsUnwanted(job)) continue;
            if (Dependencies(job) is var (dependencies, index)) arrays.Add(_shape(job), dependencies, index, job);
        }
        return Close(arrays);
    }

    /// <summary>What a job waits for, in the words of Slurm, and the index that it must have for that; null when there are no such words.</summary>
    private (List<PlannedDependency> Dependencies, int? Index)? Dependencies(JobRun job)
    {
        var arrays = new SortedDictionary<int, (int Count, int Alive, int Index)>();
        foreach (var id in job.Spec.Parents)
        {
            var parent = _run.Jobs[id - 1];
            var place = _places[id - 1];
            if (parent.State != JobState.Succeeded && (place is not { IsAlive: true } || parent.Spec.OutputFiles.Count > 0 || parent.Stop is not null)) return null;
            if (place is not { } at) continue;
            var (count, alive, index) = arrays.GetValueOrDefault(at.Submission);
            arrays[at.Submission] = at.IsAlive ? (count + 1, alive + 1, at.Index) : (count + 1, alive, index);
        }
        var dependencies = new List<PlannedDependency>();
        int? own = null;
        foreach (var (number, (count, alive, index)) in arrays)
        {
            if (alive == 0) continue;
            var (tasks, isClean) = _arrays[number];
            if (isClean && count == tasks)
            {
                dependencies.Add(new PlannedDependency(number, Corresponding: false));
            }
            else if (alive == 1 && (own is null || own == index))
            {
                own = index;
                dependencies.Add(new PlannedDependency(number, Corresponding: true));
            }
            else
            {
                return null;
            }
        }
        return dependencies.Count == 0 ? null : (dependencies, own);
    }

    /// <summary>Makes submissions of groups, as many as may be; false when none was made.</summary>
    private bool Close(ArrayGroups groups)
    {
        var made = false;
        foreach (var (shape, dependencies, jobs) in groups.Arrays(_limits.MaxArraySize))
        {
            if (_room <= 0 || (dependencies.Count > 0 && _ahead >= MostAhead)) break;
            var number = _limits.FirstNumber + _planned.Count;
            var tasks = jobs.Take(_room).Select(task => new PlannedTask(task.Job.Spec.Id, task.Job.LastAttempt + 1, task.Index)).ToArray();
            _planned.Add(new PlannedSubmission(number, shape, dependencies, tasks));
            _arrays.Add(number, (tasks.Length, true));
            foreach (var task in tasks) _places[task.Job - 1] = new Place(number, task.Index, IsAlive: true);
            _room -= tasks.Length;
            if (dependencies.Count > 0) _ahead++;
            made = true;
        }
        return made;
    }

    private readonly record struct Place(int Submission, int Index, bool IsAlive);
}

/// <summary>What a plan keeps to.</summary>
/// <param name="FirstNumber">The number of the first new submission.</param>
/// <param name="MaxArraySize">One more than the largest index of an array.</param>
/// <param name="Room">How many tasks more Slurm may have.</param>
internal readonly record struct SubmissionPlanLimits(int FirstNumber, int MaxArraySize, int Room);
