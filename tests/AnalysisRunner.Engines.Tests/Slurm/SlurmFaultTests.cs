using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Slurm;
using AnalysisRunner.Engines.Tests.Local;
using AnalysisRunner.Tests.Shared;

namespace AnalysisRunner.Engines.Tests.Slurm;

/// <summary>Nodes die, administrators cancel, the controller goes away, answers are lost and hosts are killed; nothing is lost and nothing runs twice.</summary>
[Collection(SlurmTests.Name)]
public sealed class SlurmFaultTests(SlurmFixture cluster) : IDisposable
{
    private const string Key = "b";

    private readonly TemporaryFolder _folder = new();
    private readonly List<Problem> _reports = [];

    private string Wait => $"until [ -e '{_folder["go"]}' ]; do sleep 0.02; done";

    private SlurmEngineOptions Options => new()
    {
        Directory = _folder["state"],
        ShortestPoll = TimeSpan.FromMilliseconds(50),
        LongestPoll = TimeSpan.FromMilliseconds(250),
        VisibilityLimit = TimeSpan.FromMilliseconds(300),
        KillGrace = TimeSpan.FromMilliseconds(300),
        RetryDelay = TimeSpan.FromMilliseconds(20),
        Report = problem =>
        {
            lock (_reports) _reports.Add(problem);
        },
    };

    public void Dispose() => _folder.Dispose();

    [SlurmFact]
    public async Task A_job_whose_node_dies_is_attempted_again_elsewhere_and_may_still_fail_as_often_as_it_may()
    {
        await using var engine = await OpenAsync(Options);
        var command = $"echo \"$SLURMD_NODENAME $PPID $$ $BASHPID\" >> '{_folder["nodes"]}'; if [ $(wc -l < '{_folder["nodes"]}') = 1 ]; then sleep 600; fi";
        await engine.SubmitAsync(Specs.Batch(Key, Specs.Job(1, command)), CancellationToken.None);
        await SlurmTestCluster.UntilAsync(() => Task.FromResult(File.Exists(_folder["nodes"]) && File.ReadAllText(_folder["nodes"]).Contains('\n', StringComparison.Ordinal)));
        var first = (await File.ReadAllTextAsync(_folder["nodes"])).Split(' ');

        // The whole node at once: its daemon, the keeper of the job, and the job. The controller would find out by itself after a minute.
        await cluster.StopAsync(first[0], force: true);
        await SlurmTestCluster.RunAsync("kill", "-9", "--", first[1], first[2], $"-{first[3].Trim()}");
        await SlurmTestCluster.RunAsync("scontrol", "update", $"NodeName={first[0]}", "State=DOWN", "Reason=test");
        var batch = await engine.EndAsync(Key);
        cluster.StartNode(first[0]);
        await SlurmTestCluster.RunAsync("scontrol", "update", $"NodeName={first[0]}", "State=RESUME");
        await SlurmTestCluster.UntilAsync(async () => (await SlurmTestCluster.RunAsync("sinfo", "-h", "-n", first[0], "-p", "main", "-o", "%T")).StartsWith("idle", StringComparison.Ordinal));

        batch.State.ShouldBe(BatchState.Succeeded, batch.Reason);
        var attempts = await engine.GetAttemptsAsync(Key, 1, CancellationToken.None);
        attempts.Select(attempt => attempt.State).ShouldBe([JobState.Failed, JobState.Succeeded]);
        attempts[0].Reason!.ShouldStartWith(EngineCodes.SlurmNodeFailed);
        (await File.ReadAllLinesAsync(_folder["nodes"]))[1].ShouldNotStartWith(first[0] + " ");
    }

    [SlurmFact]
    public async Task What_somebody_else_cancels_is_told_apart_whether_it_runs_or_waits()
    {
        await using var engine = await OpenAsync(Options);
        var running = Specs.Job(1, $"echo $SLURM_JOB_ID > '{_folder["id"]}.new'; mv '{_folder["id"]}.new' '{_folder["id"]}'; trap 'sleep 0.2; exit 0' TERM; sleep 600 & wait") with { Attempts = 3 };
        await using (var closed = await OpenAsync(Options with { Directory = _folder["closed"], Placement = new SlurmPlacement { Partition = "closed" } }))
        {
            await closed.SubmitAsync(Specs.Batch("waits", Specs.Job(1, "true")), CancellationToken.None);
            await SlurmTestCluster.UntilAsync(async () => (await closed.JobAsync("waits", 1)).Reason == "PENDING (PartitionDown)");
            await SlurmTestCluster.RunAsync("scancel", "--partition=closed");
            (await closed.EndAsync("waits")).State.ShouldBe(BatchState.Cancelled);
            (await closed.JobAsync("waits", 1)).Reason!.ShouldStartWith(EngineCodes.CancelledInSlurm);
        }

        await engine.SubmitAsync(Specs.Batch(Key, running), CancellationToken.None);
        await SlurmTestCluster.UntilAsync(() => Task.FromResult(File.Exists(_folder["id"])));
        await SlurmTestCluster.RunAsync("scancel", (await File.ReadAllTextAsync(_folder["id"])).Trim());

        (await engine.EndAsync(Key)).State.ShouldBe(BatchState.Cancelled);
        (await engine.JobAsync(Key, 1)).ShouldSatisfyAllConditions(job => job.Attempts.ShouldBe(1), job => job.Reason!.ShouldStartWith(EngineCodes.CancelledInSlurm));
        // What Slurm itself says about it is in the log.
        (await engine.LogAsync(Key, 1)).ShouldContain("CANCELLED");
    }

    [SlurmFact]
    public async Task While_the_controller_is_away_ends_are_seen_and_afterwards_it_goes_on()
    {
        await using var engine = await OpenAsync(Options with { CommandLimit = TimeSpan.FromSeconds(2) });
        await engine.SubmitAsync(Specs.Batch(Key, Specs.Job(1, $"touch '{_folder["running"]}'; {Wait}"), Specs.Job(2, $"echo child >> '{_folder["marks"]}'", 1) with { AlwaysRun = true }), CancellationToken.None);
        await SlurmTestCluster.UntilAsync(() => Task.FromResult(File.Exists(_folder["running"])));

        await cluster.StopAsync("slurmctld");
        await File.WriteAllTextAsync(_folder["go"], "");
        await engine.UntilAsync(Key, batch => batch.Jobs.Succeeded == 1);
        await engine.SubmitAsync(Specs.Batch("second", Specs.Job(1, $"echo second >> '{_folder["marks"]}'")), CancellationToken.None);
        await SlurmTestCluster.UntilAsync(() => Task.FromResult(Reported(EngineCodes.SlurmUnreachable)));
        cluster.StartController();

        (await engine.EndAsync(Key)).State.ShouldBe(BatchState.Succeeded);
        (await engine.EndAsync("second")).State.ShouldBe(BatchState.Succeeded);
        (await File.ReadAllLinesAsync(_folder["marks"])).Order().ShouldBe(["child", "second"]);
    }

    [SlurmFact]
    public async Task An_end_that_a_shared_file_system_shows_late_is_waited_for()
    {
        await using var engine = await OpenAsync(Options with { VisibilityLimit = TimeSpan.FromMinutes(10) });
        // Who would write the end down is gone before that: what the engine sees is what it sees while a file system lags.
        await engine.SubmitAsync(Specs.Batch(Key, Specs.Job(1, "kill -KILL $$")), CancellationToken.None);
        string[] claims = [];
        await SlurmTestCluster.UntilAsync(() => Task.FromResult((claims = Directory.GetFiles(_folder["state"], "1-1.claim", SearchOption.AllDirectories)).Length == 1));
        await SlurmTestCluster.UntilAsync(async () => (await SlurmTestCluster.RunAsync("squeue", "-h")).Length == 0);
        // For the end of this one Slurm is asked again.
        (await engine.RunAsync(Specs.Batch("second", Specs.Job(1, "true")))).State.ShouldBe(BatchState.Succeeded);
        (await engine.GetAsync(Key, CancellationToken.None))!.State.ShouldBe(BatchState.Running);

        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000;
        await File.WriteAllTextAsync(Path.ChangeExtension(claims[0], "end"), $"0\t-\t{now}\t{now}\t-\n0m0.000s 0m0.000s\n0m0.000s 0m0.000s\nend\n");

        (await engine.EndAsync(Key)).State.ShouldBe(BatchState.Succeeded);
    }

    [SlurmFact]
    public async Task A_host_that_is_killed_is_followed_by_one_that_knows_everything()
    {
        var spec = Specs.Batch(Key, [.. Enumerable.Range(1, 30).Select(id => Specs.Job(id, $"echo {id} >> '{_folder["marks"]}'; {(id == 3 ? $"echo before; {Wait}; echo after" : ":")}", id > 10 ? [id - 10] : []))]);
        using (var host = EngineHost.Start(_folder["state"], spec, "slurm"))
        {
            (await host.SubmittedAsync()).ShouldBeTrue();
            await SlurmTestCluster.UntilAsync(() => Task.FromResult(File.Exists(_folder["marks"])));
            await host.KillAsync();
        }
        await File.WriteAllTextAsync(_folder["go"], "");

        await using var engine = await OpenAsync(Options);

        (await engine.EndAsync(Key)).State.ShouldBe(BatchState.Succeeded);
        (await engine.GetJobsAsync(Key, 0, 30, CancellationToken.None)).ShouldAllBe(job => job.Attempts == 1);
        (await Marks()).Order().ShouldBe(Enumerable.Range(1, 30));
        (await engine.LogAsync(Key, 3)).ShouldBe("before\nafter\n");
    }

    [SlurmFact]
    public async Task An_answer_that_is_lost_neither_loses_nor_doubles_a_job()
    {
        // Slurm has the array, and the engine hears that there was no contact; or the other way round.
        var programs = await ProgramsAsync($$"""
            n=$(wc -l < '{{_folder["calls"]}}')
            [ $n = 3 ] || id=$(/usr/bin/sbatch "$@")
            [ $n = 1 ] || [ $n = 3 ] && { echo "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)" >&2; exit 1; }
            echo "$id"
            """);
        await using var engine = await OpenAsync(Options with { ProgramFolder = programs });

        var batch = await engine.RunAsync(Specs.Batch(Key, [.. Enumerable.Range(1, 8).Select(id => Specs.Job(id, $"echo {id} >> '{_folder["marks"]}'; sleep 1", id > 4 ? [id - 4] : []))]));

        batch.State.ShouldBe(BatchState.Succeeded, batch.Reason);
        (await Marks()).Order().ShouldBe(Enumerable.Range(1, 8));
        (await engine.GetJobsAsync(Key, 0, 8, CancellationToken.None)).ShouldAllBe(job => job.Attempts == 1);
    }

    [SlurmFact]
    public async Task A_task_that_Slurm_has_twice_runs_once()
    {
        var programs = await ProgramsAsync("/usr/bin/sbatch \"$@\" > /dev/null; exec /usr/bin/sbatch \"$@\"");
        await using var engine = await OpenAsync(Options with { ProgramFolder = programs });

        var batch = await engine.RunAsync(Specs.Batch(Key, [.. Enumerable.Range(1, 6).Select(id => Specs.Job(id, $"echo {id} >> '{_folder["marks"]}'", id > 3 ? [id - 3] : []))]));

        batch.State.ShouldBe(BatchState.Succeeded, batch.Reason);
        (await Marks()).Order().ShouldBe(Enumerable.Range(1, 6));
    }

    [SlurmFact]
    public async Task Ten_thousand_samples_times_three_steps_are_three_calls_and_one_entry_each()
    {
        const int Samples = 10_000;
        var programs = await ProgramsAsync("exec /usr/bin/sbatch \"$@\"");
        await using var engine = await OpenAsync(Options with { ProgramFolder = programs, Placement = new SlurmPlacement { Partition = "closed" } });
        await engine.SubmitAsync(Specs.Batch(Key, [.. Enumerable.Range(0, Samples * 3).Select(i => Specs.Job(i + 1, "true", i < Samples ? [] : [i + 1 - Samples]))]), CancellationToken.None);
        await SlurmTestCluster.UntilAsync(async () => (await engine.JobAsync(Key, Samples * 3)).Reason?.StartsWith("PENDING", StringComparison.Ordinal) == true);

        (await File.ReadAllLinesAsync(_folder["calls"])).Length.ShouldBe(3);
        (await SlurmTestCluster.RunAsync("squeue", "-h", "-p", "closed", "-o", "%F")).Split('\n').Length.ShouldBe(3);
        await engine.CancelAsync(Key, "seen", CancellationToken.None);

        (await engine.EndAsync(Key)).Jobs.Cancelled.ShouldBe(Samples * 3);
        await SlurmTestCluster.UntilAsync(async () => await SlurmTestCluster.RunAsync("squeue", "-h", "-p", "closed", "-o", "%F") == "");
    }

    [SlurmFact]
    public async Task A_job_that_somebody_puts_back_into_the_queue_is_attempted_again()
    {
        await using var engine = await OpenAsync(Options);
        var command = $"echo \"$SLURM_JOB_ID\" >> '{_folder["ids"]}'; if [ $(wc -l < '{_folder["ids"]}') = 1 ]; then sleep 600; fi";
        await engine.SubmitAsync(Specs.Batch(Key, Specs.Job(1, command)), CancellationToken.None);
        await SlurmTestCluster.UntilAsync(() => Task.FromResult(File.Exists(_folder["ids"]) && File.ReadAllText(_folder["ids"]).Contains('\n', StringComparison.Ordinal)));
        var id = (await File.ReadAllTextAsync(_folder["ids"])).Trim();

        // The engine asks Slurm not to do this by itself; an administrator can overrule that.
        await SlurmTestCluster.RunAsync("scontrol", "update", $"JobId={id}", "Requeue=1");
        await SlurmTestCluster.RunAsync("scontrol", "requeue", id);

        (await engine.EndAsync(Key)).State.ShouldBe(BatchState.Succeeded);
        var attempts = await engine.GetAttemptsAsync(Key, 1, CancellationToken.None);
        attempts.Select(attempt => attempt.State).ShouldBe([JobState.Failed, JobState.Succeeded]);
        attempts[0].Reason!.ShouldStartWith(EngineCodes.RequeuedInSlurm);
        // What was put back is taken out: its attempt is over.
        await SlurmTestCluster.UntilAsync(async () => await SlurmTestCluster.RunAsync("squeue", "-h", "-o", "%F") == "");
        (await File.ReadAllLinesAsync(_folder["ids"])).Length.ShouldBe(2);
    }

    [SlurmFact]
    public async Task Ten_thousand_jobs_with_little_in_common_are_handed_over_few_at_a_time()
    {
        const int Jobs = 10_000, Shapes = 150, AtOnce = 4, Refusals = 6;
        // Each call says how many there are at this moment. The first ones are told what sbatch says before it waits by itself, for minutes.
        var running = Directory.CreateDirectory(_folder["running"]).FullName;
        var programs = await ProgramsAsync($$"""
            mkdir '{{running}}'/$$
            trap "rmdir '{{running}}'/$$" EXIT
            ls '{{running}}' | wc -l >> '{{_folder["peaks"]}}'
            if [ $(wc -l < '{{_folder["calls"]}}') -le {{Digits(Refusals)}} ]; then
              echo 'sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying' >&2
              rmdir '{{running}}'/$$
              exec sleep 600
            fi
            /usr/bin/sbatch "$@"
            """);
        var random = new Random(20260304);
        var spec = Specs.Batch(Key, [.. Enumerable.Range(1, Jobs).Select(id => Specs.Job(id, "true", id < 10 || random.Next(3) == 0 ? [] : [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(1, id)).Distinct().Order()]) with { MemoryBytes = (1L + (id % Shapes)) << 20 })]);
        await using var engine = await OpenAsync(Options with { ProgramFolder = programs, Placement = new SlurmPlacement { Partition = "closed" }, MostSubmissionsAtOnce = AtOnce });
        await engine.SubmitAsync(spec, CancellationToken.None);

        var free = spec.Jobs.Where(job => job.Parents.Count == 0).Select(job => job.Id).ToHashSet();
        await SlurmTestCluster.UntilAsync(async () => (await engine.GetJobsAsync(Key, 0, Jobs, CancellationToken.None)).Count(job => free.Contains(job.Id) && job.Reason is not null) == free.Count);

        // One call for each shape of what can start, some for what can wait in Slurm, and those that were refused.
        (await File.ReadAllLinesAsync(_folder["calls"])).Length.ShouldBeInRange(Shapes + Refusals, Shapes + SubmissionPlan.MostAhead + (2 * Refusals));
        (await File.ReadAllLinesAsync(_folder["peaks"])).Max(line => int.Parse(line, CultureInfo.InvariantCulture)).ShouldBeInRange(2, AtOnce);
        lock (_reports) _reports.Count(problem => problem.Code == EngineCodes.SlurmTakesNothing).ShouldBe(1);
        await engine.CancelAsync(Key, "seen", CancellationToken.None);
        (await engine.EndAsync(Key)).Jobs.Cancelled.ShouldBe(Jobs);
        await SlurmTestCluster.UntilAsync(async () => await SlurmTestCluster.RunAsync("squeue", "-h", "-p", "closed", "-o", "%F") == "");
    }

    [SlurmFact]
    public async Task An_irregular_graph_runs_in_its_order_each_job_once()
    {
        const int Jobs = 300;
        var random = new Random(7);
        // A job fails when something that it waits for has left no mark.
        var spec = Specs.Batch(Key, [.. Enumerable.Range(1, Jobs).Select(id =>
        {
            int[] parents = id < 5 ? [] : [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => random.Next(1, id)).Distinct().Order()];
            var looks = string.Concat(parents.Select(parent => $"[ -e \"$BATCH_TMPDIR/{Digits(parent)}\" ]; "));
            return Specs.Job(id, $"{looks}echo {Digits(id)} >> '{_folder["marks"]}'; touch \"$BATCH_TMPDIR/{Digits(id)}\"", parents) with { MilliCpu = 1000 * random.Next(1, 4) };
        })]);
        await using var engine = await OpenAsync(Options);

        (await engine.RunAsync(spec)).State.ShouldBe(BatchState.Succeeded);

        (await Marks()).Order().ShouldBe(Enumerable.Range(1, Jobs));
    }

    [SlurmFact]
    public async Task Two_thousand_jobs_with_failures_all_succeed_in_the_end_each_once()
    {
        const int Jobs = 2000;
        // Three of a hundred fail at their first attempt.
        var command = $$"""
            if (( id * 7919 % 100 < 3 )) && [ ! -e '{{_folder["failed"]}}'.$id ]; then touch '{{_folder["failed"]}}'.$id; exit 1; fi
            echo $id >> '{{_folder["marks"]}}'
            """;
        await using var engine = await OpenAsync(Options with { LongestPoll = TimeSpan.FromSeconds(1) });
        await engine.SubmitAsync(Specs.Batch(Key, [.. Enumerable.Range(1, Jobs).Select(id => Specs.Job(id, $"id={id.ToString(CultureInfo.InvariantCulture)}\n{command}") with { Attempts = 3 })]), CancellationToken.None);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        await foreach (var change in engine.WatchAsync(patience.Token))
        {
            if (change.State != BatchState.Running) break;
        }

        (await engine.GetAsync(Key, CancellationToken.None))!.ShouldSatisfyAllConditions(batch => batch.State.ShouldBe(BatchState.Succeeded, batch.Reason), batch => batch.Jobs.Succeeded.ShouldBe(Jobs));
        (await Marks()).Order().ShouldBe(Enumerable.Range(1, Jobs));
        (await engine.GetJobsAsync(Key, 0, Jobs, CancellationToken.None)).Count(job => job.Attempts == 2).ShouldBe(Jobs * 3 / 100);
    }

    private bool Reported(string code)
    {
        lock (_reports) return _reports.Exists(problem => problem.Code == code);
    }

    private async Task<IEnumerable<int>> Marks() => (await File.ReadAllLinesAsync(_folder["marks"])).Select(line => int.Parse(line, CultureInfo.InvariantCulture));

    /// <summary>The programs of Slurm, but with an <c>sbatch</c> that counts its calls and then does something of its own.</summary>
    private async Task<string> ProgramsAsync(string sbatch)
    {
        var folder = Directory.CreateDirectory(_folder["programs"]).FullName;
        foreach (var program in new[] { "squeue", "scancel", "scontrol", "sacct" }) File.CreateSymbolicLink(Path.Combine(folder, program), "/usr/bin/" + program);
        var file = Path.Combine(folder, "sbatch");
        await File.WriteAllTextAsync(file, $"#!/bin/bash\necho call >> '{_folder["calls"]}'\n{sbatch}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
        return folder;
    }

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static Task<SlurmEngine> OpenAsync(SlurmEngineOptions options) => SlurmEngine.OpenAsync(options, CancellationToken.None);
}
