using System.Diagnostics;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local;
using AnalysisRunner.Engines.Local.Processes;

namespace AnalysisRunner.Engines.Tests.Local;

/// <summary>The local engine passes the contract, and does what only it does.</summary>
public sealed class LocalEngineTests : BatchEngineContract
{
    private LocalEngineOptions Options => new()
    {
        Directory = Folder["state"],
        MilliCpu = 4000,
        MemoryBytes = 1 << 30,
        KillGrace = TimeSpan.FromMilliseconds(300),
        RetryDelay = TimeSpan.FromMilliseconds(20),
    };

    protected override async Task<IBatchEngine> OpenAsync() => await LocalEngine.OpenAsync(Options, CancellationToken.None);

    public override async Task DisposeAsync()
    {
        // Jobs outlive their engine by design; a test leaves none behind.
        var changes = new List<Task>();
        foreach (var key in new[] { "b", "driver", "long" })
        {
            if (await Engine.GetAsync(key, CancellationToken.None) is not { State: BatchState.Running }) continue;
            await Engine.CancelAsync(key, "the test is over", CancellationToken.None);
            changes.Add(Engine.EndAsync(key));
        }
        await Task.WhenAll(changes);
        await base.DisposeAsync();
    }

    [UnixFact]
    public async Task A_job_has_a_clean_environment_no_input_and_a_folder_of_its_own()
    {
        Environment.SetEnvironmentVariable("ENGINE_TEST_SECRET", "secret");

        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "env; cat; ls -A; pwd; echo \"args $#\"; [[ $- == *e*u* ]]; [[ $- != *p* ]]")));

        var log = await Engine.LogAsync("b", 1);
        (await Engine.JobAsync("b", 1)).State.ShouldBe(JobState.Succeeded, log);
        log.ShouldNotContain("secret");
        log.ShouldContain($"BATCH_TMPDIR={Folder["state"]}/batches/b/scratch\n");
        log.ShouldEndWith($"{Folder["state"]}/batches/b/work/1-1\nargs 0\n");
    }

    [UnixFact]
    public async Task A_job_inherits_no_open_file_of_the_host()
    {
        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "sh -c 'ls /proc/$$/fd; :' | tr '\\n' ' '")));

        (await Engine.LogAsync("b", 1)).Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["0", "1", "2"]);
    }

    [UnixFact]
    public async Task The_memory_of_the_host_is_not_counted_as_that_of_a_job()
    {
        var own = Process.GetCurrentProcess().PeakWorkingSet64;
        // What has no line end is held by tail as a whole.
        var large = $"head -c {own + (128 << 20)} /dev/zero | tail -n 1 | wc -c";

        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "true"), Specs.Job(2, large)));

        ((await Engine.JobAsync("b", 1)).PeakMemoryBytes ?? 0).ShouldBeLessThan(own / 2);
        (await Engine.JobAsync("b", 2)).PeakMemoryBytes!.Value.ShouldBeInRange(own + (128 << 20), 3 * own);
    }

    [UnixFact]
    public async Task What_runs_in_the_session_of_a_job_is_seen()
    {
        var processes = new PosixJobProcesses();
        var log = Folder["log"];
        using (var mkfifo = Process.Start("mkfifo", [log])) await mkfifo.WaitForExitAsync();
        // Opening a pipe to write waits for its reader, in the child: so the reader is there first.
        var says = Task.Run(() => File.ReadAllText(log));
        var process = processes.Start(new("/bin/bash", ["-c", "printf up; exec >/dev/null 2>&1; read -r < <(sleep 600)"], new Dictionary<string, string>(), log));
        try
        {
            if (!OperatingSystem.IsLinux()) return;
            var leaders = new HashSet<int> { process.Pid, 1 << 30 };
            // What is read from the pipe, a bash that runs has written.
            (await says).ShouldBe("up");
            var usage = processes.Sample(leaders).ShouldHaveSingleItem();
            usage.Key.ShouldBe(process.Pid);
            usage.Value.PeakMemoryBytes!.Value.ShouldBeInRange(1 << 19, 32 << 20);
        }
        finally
        {
            processes.Stop(process.Pid, force: true);
            process.Wait();
            process.Reap();
        }
    }

    [UnixFact]
    public async Task A_broken_pipe_ends_the_writer_as_in_a_terminal()
    {
        var batch = await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "set +o pipefail; yes | head -n 1")));

        batch.State.ShouldBe(BatchState.Succeeded);
        (await Engine.LogAsync("b", 1)).ShouldBe("y\n");
    }

    [UnixFact]
    public async Task No_variable_of_a_job_changes_the_shell_that_watches_it()
    {
        await File.WriteAllTextAsync(Folder["startup"], $"touch '{Folder["executed"]}'; exit 0");
        var hostile = new Dictionary<string, string>
        {
            ["BASH_ENV"] = Folder["startup"],
            ["ENV"] = Folder["startup"],
            ["SHELLOPTS"] = "noexec",
            ["BASHOPTS"] = "extdebug",
            ["POSIXLY_CORRECT"] = "1",
            ["IFS"] = "0123456789",
            ["REPLY"] = "x",
            ["CDPATH"] = "/",
            ["PS4"] = "$(touch /tmp/x)",
            ["PATH"] = "/nonexistent",
            ["SSH_CLIENT"] = "1",
        };

        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "echo \"path $PATH\"; exit 4") with { Environment = hostile }));

        (await Engine.JobAsync("b", 1)).ExitCode.ShouldBe(4);
        (await Engine.LogAsync("b", 1)).ShouldBe("path /nonexistent\n");
        File.Exists(Folder["executed"]).ShouldBeFalse();
    }

    [UnixTheory]
    [InlineData("exec sh -c 'exit 3'", 3)]
    [InlineData("exit 3", 3)]
    [InlineData("return 3", 3)]
    [InlineData("trap 'exit 3' EXIT; true", 3)]
    [InlineData("kill -9 $BASHPID", 137)]
    [InlineData("kill -TERM $BASHPID", 143)]
    [InlineData("if then", 2)]
    [InlineData("set +e; exit 200", 200)]
    public async Task The_exit_code_is_known_however_the_script_ends(string command, int code)
    {
        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, command)));

        (await Engine.JobAsync("b", 1)).ExitCode.ShouldBe(code);
    }

    [UnixFact]
    public async Task A_signal_to_the_shell_itself_is_reported_and_its_children_end()
    {
        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, $"echo $BASHPID > '{Folder["pid"]}'; kill -9 $$; sleep 600")));

        var job = await Engine.JobAsync("b", 1);
        (job.State, job.ExitCode, job.Signal).ShouldBe((JobState.Failed, null, 9));
        IsRunning(await File.ReadAllTextAsync(Folder["pid"])).ShouldBeFalse();
    }

    [UnixFact]
    public async Task What_a_job_leaves_in_the_background_ends_with_it()
    {
        var batch = await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, $"sleep 600 & echo $! > '{Folder["pid"]}'")));

        batch.State.ShouldBe(BatchState.Succeeded);
        IsRunning(await File.ReadAllTextAsync(Folder["pid"])).ShouldBeFalse();
    }

    [UnixFact]
    public async Task A_time_limit_ends_the_whole_session_however_stubborn()
    {
        // -m gives the background job a process group of its own; all ignore TERM.
        var command = $"trap '' TERM; set -m; (sleep 600; :) & echo $! > '{Folder["pid"]}'; sleep 600 & wait";

        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, command) with { Timeout = TimeSpan.FromMilliseconds(300) }));

        (await Engine.JobAsync("b", 1)).Reason!.ShouldStartWith(EngineCodes.TimeLimitExceeded);
        IsRunning(await File.ReadAllTextAsync(Folder["pid"])).ShouldBeFalse();
    }

    [UnixFact]
    public async Task Jobs_share_the_machine_and_those_without_a_slot_are_never_held_up()
    {
        var wait = $"until [ -e '{Folder["go"]}' ]; do sleep 0.01; done";
        await Engine.SubmitAsync(Specs.Batch("long", Specs.Job(1, wait) with { MilliCpu = 4000 }, Specs.Job(2, "true") with { MilliCpu = 0, MemoryBytes = 1 }), CancellationToken.None);
        await Engine.SubmitAsync(Specs.Batch("b", Specs.Job(1, "true") with { MilliCpu = 100 }), CancellationToken.None);
        var driver = await Engine.RunAsync(Specs.Batch("driver", Specs.Job(1, "true") with { MilliCpu = 0 }));

        driver.State.ShouldBe(BatchState.Succeeded);
        (await Engine.GetAsync("b", CancellationToken.None))!.Jobs.Ready.ShouldBe(1);
        await File.WriteAllTextAsync(Folder["go"], "");
        (await Engine.EndAsync("b")).State.ShouldBe(BatchState.Succeeded);
        (await Engine.EndAsync("long")).State.ShouldBe(BatchState.Succeeded);
    }

    [UnixFact]
    public async Task Batches_take_turns_however_many_jobs_the_first_has()
    {
        JobSpec Job(int id, string name) => Specs.Job(id, $"until [ -e '{Folder["go"]}' ]; do sleep 0.01; done; echo {name}{id} >> '{Folder["marks"]}'") with { MilliCpu = 4000 };
        await Engine.SubmitAsync(Specs.Batch("long", Job(1, "long"), Job(2, "long"), Job(3, "long"), Job(4, "long")), CancellationToken.None);
        await Engine.SubmitAsync(Specs.Batch("b", Job(1, "b"), Job(2, "b")), CancellationToken.None);

        await File.WriteAllTextAsync(Folder["go"], "");
        await Engine.EndAsync("long");
        await Engine.EndAsync("b");

        (await File.ReadAllLinesAsync(Folder["marks"])).ShouldBe(["long1", "b1", "long2", "b2", "long3", "long4"]);
    }

    [UnixFact]
    public async Task A_job_that_needs_much_room_is_not_overtaken_for_ever()
    {
        var small = Enumerable.Range(1, 300).Select(id => Specs.Job(id, $"echo small >> '{Folder["marks"]}'") with { MilliCpu = 1500 }).ToArray();
        await Engine.SubmitAsync(Specs.Batch("long", small), CancellationToken.None);
        await Engine.SubmitAsync(Specs.Batch("b", Specs.Job(1, $"echo large >> '{Folder["marks"]}'") with { MilliCpu = 4000 }), CancellationToken.None);

        await Engine.EndAsync("long");
        await Engine.EndAsync("b");

        (await File.ReadAllLinesAsync(Folder["marks"])).ShouldNotBe([.. Enumerable.Repeat("small", 300), "large"]);
    }

    [UnixFact]
    public async Task A_job_leads_a_session_of_its_own()
    {
        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "read -r stat </proc/$$/stat; set -- ${stat##*) }; echo \"$$ $3 $4\"")));

        (await Engine.LogAsync("b", 1)).Trim().Split(' ').Distinct().ShouldHaveSingleItem();
    }

    [UnixFact]
    public async Task Never_more_jobs_than_fit_run_at_once()
    {
        var command = $"echo +1 >> '{Folder["marks"]}'; sleep 0.02; echo -1 >> '{Folder["marks"]}'";
        var jobs = Enumerable.Range(1, 20).Select(id => Specs.Job(id, command) with { MilliCpu = 1, MemoryBytes = 400 << 20 }).ToArray();

        (await Engine.RunAsync(Specs.Batch("b", jobs))).State.ShouldBe(BatchState.Succeeded);

        var running = 0;
        var levels = (await File.ReadAllLinesAsync(Folder["marks"])).Select(line => running += int.Parse(line, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        levels.ShouldAllBe(level => level <= 2);
        levels.Max().ShouldBe(2);
    }

    [UnixFact]
    public async Task Refuses_what_is_larger_than_the_machine_and_images()
    {
        var spec = Specs.Batch("b", Specs.Job(1, "true") with { MilliCpu = 4001 }, Specs.Job(2, "true") with { MemoryBytes = (1L << 30) + 1 },
            Specs.Job(3, "true") with { StorageBytes = long.MaxValue }, Specs.Job(4, "true") with { Image = "ubuntu:24.04" });

        var refusal = await Should.ThrowAsync<AnalysisRunnerException>(Engine.SubmitAsync(spec, CancellationToken.None));

        refusal.Problems.Select(problem => problem.Code).ShouldBe(
            [EngineCodes.LargerThanCapacity, EngineCodes.LargerThanCapacity, EngineCodes.LargerThanCapacity, EngineCodes.ImageNotSupported]);
        refusal.Message.ShouldContain("job 1 \"job1\" asks for 4.001 cores, and there are 4");
    }

    [UnixFact]
    public async Task An_image_that_is_ignored_is_named_in_the_log()
    {
        await using var engine = await LocalEngine.OpenAsync(Options with { Directory = Folder["other"], Images = ImageRequests.Ignore }, CancellationToken.None);

        await engine.RunAsync(Specs.Batch("b", Specs.Job(1, "echo ran") with { Image = "ubuntu:24.04" }));

        var log = await engine.LogAsync("b", 1);
        log.ShouldContain("\"ubuntu:24.04\" is ignored");
        log.ShouldEndWith("\nran\n");
    }

    [UnixFact]
    public async Task A_second_engine_on_the_same_folder_is_refused()
    {
        var refusal = await Should.ThrowAsync<AnalysisRunnerException>(LocalEngine.OpenAsync(Options, CancellationToken.None));

        refusal.Problems[0].Code.ShouldBe(EngineCodes.StateFolderInUse);
    }

    [UnixFact]
    public async Task Says_what_is_wrong_when_the_folder_cannot_be_used_or_bash_is_missing()
    {
        await File.WriteAllTextAsync(Folder["file"], "");

        (await Should.ThrowAsync<AnalysisRunnerException>(LocalEngine.OpenAsync(Options with { Directory = Folder["file"] + "/state" }, CancellationToken.None)))
            .Problems[0].Code.ShouldBe(EngineCodes.StateFolderUnusable);
        (await Should.ThrowAsync<AnalysisRunnerException>(LocalEngine.OpenAsync(Options with { Directory = Folder["x"], BashPath = "/no/bash" }, CancellationToken.None)))
            .Problems[0].Code.ShouldBe(EngineCodes.BashMissing);
    }

    [UnixFact]
    public async Task A_job_that_cannot_be_started_fails_with_the_reason()
    {
        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "cd /; rm -r \"$BATCH_TMPDIR/../work\"; touch \"$BATCH_TMPDIR/../work\""), Specs.Job(2, "true", 1)));

        (await Engine.JobAsync("b", 2)).Reason!.ShouldStartWith(EngineCodes.AttemptNotStarted);
    }

    [UnixFact]
    public void The_state_folder_is_for_its_owner_only()
    {
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(Folder["state"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static bool IsRunning(string pid) =>
        File.Exists($"/proc/{pid.Trim()}/stat") && !File.ReadAllText($"/proc/{pid.Trim()}/stat").Contains(") Z ", StringComparison.Ordinal);
}
