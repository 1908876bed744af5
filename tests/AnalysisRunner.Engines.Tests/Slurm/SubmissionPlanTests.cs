using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local;
using AnalysisRunner.Engines.Slurm;

namespace AnalysisRunner.Engines.Tests.Slurm;

/// <summary>What is submitted together, and with which dependencies; no cluster is needed.</summary>
public sealed class SubmissionPlanTests
{
    [Theory]
    [InlineData(10_000, 20_001, 3)]
    [InlineData(10_000, 1_001, 30)]
    [InlineData(1, 1_001, 3)]
    public void Samples_times_three_steps_are_one_array_for_each_step_and_size(int samples, int maxArraySize, int submissions)
    {
        var spec = Specs.Batch("b", [.. Enumerable.Range(0, samples * 3).Select(i => Specs.Job(i + 1, "", i < samples ? [] : [i + 1 - samples]))]);

        var plan = new Simulation(spec, maxArraySize).Plan();

        plan.Count.ShouldBe(submissions);
        plan.Sum(submission => submission.Tasks.Count).ShouldBe(samples * 3);
        plan.Where(submission => submission.Dependencies.Count > 0).ShouldAllBe(submission => samples == 1 || submission.Dependencies.Single().Corresponding);
    }

    [Fact]
    public void What_gathers_a_whole_array_waits_for_the_array()
    {
        var spec = Specs.Batch("b", Specs.Job(1, ""), Specs.Job(2, ""), Specs.Job(3, "", 1, 2), Specs.Job(4, "", 3), Specs.Job(5, "", 1));

        var plan = new Simulation(spec).Plan();

        plan.Select(submission => (string.Join(',', submission.Tasks.Select(task => task.Job)), string.Join(',', submission.Dependencies.Select(dependency => (dependency.Corresponding ? "=" : "") + dependency.Submission)))).ShouldBe([
            ("1,2", ""), ("3", "1"), ("5", "=1"), ("4", "2")]);
    }

    [Fact]
    public void Two_jobs_that_need_one_index_are_in_two_arrays()
    {
        var spec = Specs.Batch("b", Specs.Job(1, ""), Specs.Job(2, ""), Specs.Job(3, "", 1), Specs.Job(4, "", 1), Specs.Job(5, "", 2));

        var plan = new Simulation(spec).Plan();

        plan.Select(submission => string.Join(',', submission.Tasks.Select(task => $"{task.Job}@{task.Index}"))).ShouldBe(["1@0,2@1", "3@0,5@1", "4@0"]);
    }

    [Fact]
    public void Some_wait_for_the_engine()
    {
        var delivers = Specs.Job(1, "") with { OutputFiles = [new("a", "/x/a")] };
        var spec = Specs.Batch("b", delivers, Specs.Job(2, ""), Specs.Job(3, "", 1), Specs.Job(4, "", 2) with { AlwaysRun = true },
            Specs.Job(5, "", 2) with { InputFiles = [new("/x/b", "b")] }, Specs.Job(6, ""), Specs.Job(7, "", 2, 6));

        new Simulation(spec).Plan().SelectMany(submission => submission.Tasks).Select(task => task.Job).ShouldBe([1, 2, 6]);
    }

    [Fact]
    public void Different_needs_are_different_arrays()
    {
        var spec = Specs.Batch("b", Specs.Job(1, ""), Specs.Job(2, "") with { MilliCpu = 2000 }, Specs.Job(3, "") with { MemoryBytes = 1 << 30 }, Specs.Job(4, "") with { MilliCpu = 900 });

        new Simulation(spec).Plan().Select(submission => string.Join(',', submission.Tasks.Select(task => task.Job))).ShouldBe(["1,4", "2", "3"]);
    }

    [Fact]
    public void A_long_chain_is_handed_over_piece_by_piece()
    {
        var spec = Specs.Batch("b", [.. Enumerable.Range(1, 1000).Select(id => Specs.Job(id, "", id == 1 ? [] : [id - 1]))]);

        new Simulation(spec).Plan().Count.ShouldBe(1 + SubmissionPlan.MostAhead);
        new Simulation(spec, room: 10).Plan().Count.ShouldBe(10);
    }

    /// <summary>
    /// Batches of any form, run by a Slurm that ends tasks in any order and fails some: each job is submitted once for each attempt, starts only when its
    /// parents have succeeded, and all end as the spec says.
    /// </summary>
    [Fact]
    public void Whatever_the_graph_Slurm_starts_what_may_start_and_nothing_else()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var jobs = random.Next(1, 40);
            var spec = Specs.Batch("b", [.. Enumerable.Range(1, jobs).Select(id => Specs.Job(id, "", [.. Enumerable.Range(1, id - 1).Where(_ => random.NextDouble() < (seed % 3 == 0 ? 0.05 : 0.3))]) with
            {
                Attempts = random.Next(1, 3),
                MilliCpu = 1000 * random.Next(1, 3),
                AlwaysRun = random.NextDouble() < 0.1,
            })]);
            new Simulation(spec, maxArraySize: random.Next(1, 10)).Run(random, $"seed {seed}");
        }
    }

    /// <summary>The engine's bookkeeping around the plan, with a Slurm of a few lines.</summary>
    private sealed class Simulation(BatchSpec spec, int maxArraySize = 20_001, int room = int.MaxValue)
    {
        private readonly SortedDictionary<int, SlurmSubmission> _submissions = [];
        private readonly SlurmTask?[] _current = new SlurmTask?[spec.Jobs.Count];
        private readonly BatchRun _run = Accept(spec);
        private int _clock;

        private DateTimeOffset Now => DateTimeOffset.UnixEpoch.AddSeconds(_clock++);

        public IReadOnlyList<PlannedSubmission> Plan() => SubmissionPlan.Make(
            _run, _current, new SubmissionPlanLimits(_submissions.Count + 1, maxArraySize, room), job => new JobShape(Math.Max(1, (job.Spec.MilliCpu + 999) / 1000), job.Spec.MemoryBytes >> 20, 0, false), _ => false);

        public void Run(Random random, string name)
        {
            while (!_run.IsFinal)
            {
                foreach (var planned in Plan()) Submit(planned, name);
                foreach (var waiting in _run.TakeDelayed()) _run.Release(waiting);
                var alive = _current.OfType<SlurmTask>().Where(task => task.IsAlive).ToArray();
                // Slurm cancels what waits for what has failed (--kill-on-invalid-dep).
                if (Array.Find(alive, task => Waits(task) is null) is { } invalid)
                {
                    invalid.State = SlurmTaskState.Failed;
                    continue;
                }
                var startable = alive.Where(task => Waits(task) == false).ToArray();
                if (startable.Length == 0 && !_run.IsFinal && Plan().Count == 0) Assert.Fail($"{name}: nothing goes on");
                if (startable.Length == 0) continue;
                var task = startable[random.Next(startable.Length)];
                var job = _run.Jobs[task.Job - 1];
                if (!_run.Apply(new AttemptStarted(Now, task.Job, task.Attempt))) Assert.Fail($"{name}: job {task.Job} started, and it is {job.State}");
                var succeeds = random.NextDouble() < 0.8;
                task.State = succeeds ? SlurmTaskState.Succeeded : SlurmTaskState.Failed;
                _run.Apply(new AttemptEnded(Now, task.Job, task.Attempt, new(succeeds ? AttemptOutcome.Succeeded : AttemptOutcome.Failed, succeeds ? 0 : 1, null, null), Now));
                foreach (var delayed in _run.TakeDelayed()) _run.Release(delayed);
                // What the engine cancels is taken out of Slurm.
                foreach (var unwanted in alive.Where(other => other.IsAlive && _run.Jobs[other.Job - 1].IsFinal)) unwanted.State = SlurmTaskState.Failed;
            }
        }

        private void Submit(PlannedSubmission planned, string name)
        {
            if (planned.Tasks.DistinctBy(task => task.Index).Count() != planned.Tasks.Count) Assert.Fail($"{name}: two tasks have one index");
            if (planned.Tasks.Max(task => task.Index) >= maxArraySize) Assert.Fail($"{name}: an index is too high");
            var submission = new SlurmSubmission(planned.Number, planned.Dependencies);
            _submissions.Add(planned.Number, submission);
            foreach (var task in planned.Tasks)
            {
                if (_current[task.Job - 1] is { IsAlive: true }) Assert.Fail($"{name}: job {task.Job} is in Slurm twice");
                _current[task.Job - 1] = submission.Add(task);
            }
        }

        /// <summary>Whether a task still waits; null when what it waits for has failed.</summary>
        private bool? Waits(SlurmTask task)
        {
            var waits = false;
            foreach (var dependency in task.Submission.Dependencies)
            {
                var parents = _submissions[dependency.Submission].Tasks.Where(parent => !dependency.Corresponding || parent.Index == task.Index).ToArray();
                if (parents.Length == 0) Assert.Fail($"job {task.Job} waits for nothing");
                if (parents.Any(parent => parent.State == SlurmTaskState.Failed)) return null;
                waits |= parents.Any(parent => parent.IsAlive);
            }
            return waits;
        }

        private static BatchRun Accept(BatchSpec spec)
        {
            var run = new BatchRun(spec);
            run.Apply(new BatchAcceptedRecord(DateTimeOffset.UnixEpoch));
            return run;
        }
    }
}
