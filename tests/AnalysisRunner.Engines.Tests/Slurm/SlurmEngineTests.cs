using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Slurm;
using AnalysisRunner.Tests.Shared;

namespace AnalysisRunner.Engines.Tests.Slurm;

/// <summary>The Slurm engine passes the contract on a real cluster, and does what only it does.</summary>
[Collection(SlurmTests.Name)]
[NeedsSlurm]
public sealed class SlurmEngineTests : BatchEngineContract
{
    private SlurmEngineOptions Options => new()
    {
        Directory = Folder["state"],
        ShortestPoll = TimeSpan.FromMilliseconds(50),
        LongestPoll = TimeSpan.FromMilliseconds(250),
        VisibilityLimit = TimeSpan.FromMilliseconds(300),
        KillGrace = TimeSpan.FromMilliseconds(300),
        RetryDelay = TimeSpan.FromMilliseconds(20),
        DriverPartition = "drivers",
    };

    protected override async Task<IBatchEngine> OpenAsync() => await SlurmEngine.OpenAsync(Options, CancellationToken.None);

    public override async Task DisposeAsync()
    {
        // Jobs outlive their engine by design; a test leaves none behind.
        if (await Engine.GetAsync("b", CancellationToken.None) is { State: BatchState.Running })
        {
            await Engine.CancelAsync("b", "the test is over", CancellationToken.None);
            await Engine.EndAsync("b");
        }
        await base.DisposeAsync();
    }

    [SlurmFact]
    public async Task A_job_has_a_clean_environment_no_input_and_a_folder_of_its_own()
    {
        Environment.SetEnvironmentVariable("ENGINE_TEST_SECRET", "secret");
        Environment.SetEnvironmentVariable("SBATCH_PARTITION", "nowhere");

        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "env; cat; ls -A; pwd; echo \"args $#\"; [[ $- == *e*u* ]]; [[ $- != *p* ]]; [[ -z ${folder-}${job-}${limit-} ]]; ls /proc/self/fd | wc -l")));
        Environment.SetEnvironmentVariable("SBATCH_PARTITION", null);

        var log = await Engine.LogAsync("b", 1);
        (await Engine.JobAsync("b", 1)).State.ShouldBe(JobState.Succeeded, log);
        log.ShouldNotContain("secret");
        log.ShouldContain($"BATCH_TMPDIR={Folder["state"]}/batches/b/scratch\n");
        // Input, output, errors, and the folder that ls lists.
        log.ShouldEndWith($"{Folder["state"]}/batches/b/work/1-1\nargs 0\n4\n");
    }

    [SlurmFact]
    public async Task Variables_of_the_host_are_lent_to_the_jobs_of_some_batches()
    {
        Environment.SetEnvironmentVariable("ENGINE_TEST_LENT", "it's \"lent\"");
        await using var engine = await SlurmEngine.OpenAsync(
            Options with { Directory = Folder["lends"], PassedEnvironmentOf = batch => batch.Key == "some" ? ["ENGINE_TEST_LENT", "ENGINE_TEST_NOT_SET"] : [] }, CancellationToken.None);

        foreach (var key in new[] { "some", "others" }) await engine.RunAsync(Specs.Batch(key, Specs.Job(1, "echo \"${ENGINE_TEST_LENT-none} ${ENGINE_TEST_NOT_SET-none}\"")));

        (await engine.LogAsync("some", 1)).ShouldBe("it's \"lent\" none\n");
        (await engine.LogAsync("others", 1)).ShouldBe("none none\n");
    }

    [SlurmFact]
    public async Task No_variable_of_a_job_changes_the_shell_that_watches_it()
    {
        await File.WriteAllTextAsync(Folder["startup"], $"touch '{Folder["executed"]}'; exit 0");
        var hostile = new Dictionary<string, string>
        {
            ["BASH_ENV"] = Folder["startup"],
            ["ENV"] = Folder["startup"],
            ["POSIXLY_CORRECT"] = "1",
            ["REPLY"] = "x",
            ["CDPATH"] = "/",
            ["PS4"] = "$(touch /tmp/x)",
            ["PATH"] = "/nonexistent",
            ["SBATCH_PARTITION"] = "nowhere",
            ["SLURM_ARRAY_TASK_ID"] = "7",
            ["script"] = "1",
            ["mark"] = "/nonexistent",
            ["stopped"] = "cancelled",
        };

        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "echo \"path $PATH $SLURM_ARRAY_TASK_ID\"; exit 4") with { Environment = hostile }));

        (await Engine.JobAsync("b", 1)).ExitCode.ShouldBe(4);
        (await Engine.LogAsync("b", 1)).ShouldBe("path /nonexistent 7\n");
        File.Exists(Folder["executed"]).ShouldBeFalse();
    }

    [SlurmFact]
    public async Task Names_and_scripts_are_never_options_of_Slurm_nor_code_of_the_shell()
    {
        var hostile = $"x\n#SBATCH --partition=nowhere\n$(touch '{Folder["executed"]}') `touch '{Folder["executed"]}'` '; touch '{Folder["executed"]}' #";
        var spec = Specs.Batch("b", Specs.Job(1, "#SBATCH --output=/dev/null\necho \"$LINENO\"") with { Name = hostile, Outputs = [], Environment = new Dictionary<string, string> { ["V"] = hostile } }) with
        {
            Name = hostile,
            Attributes = new Dictionary<string, string> { [hostile] = hostile },
        };

        (await Engine.RunAsync(spec)).State.ShouldBe(BatchState.Succeeded);

        // Lines are numbered as their author does.
        (await Engine.LogAsync("b", 1)).ShouldBe("2\n");
        File.Exists(Folder["executed"]).ShouldBeFalse();
    }

    [SlurmFact]
    public async Task A_state_folder_with_hostile_characters_works()
    {
        var folder = Folder["100%a %j $(touch x) 'q' \"d\" ; & é"];
        await using var engine = await SlurmEngine.OpenAsync(Options with { Directory = folder }, CancellationToken.None);

        var batch = await engine.RunAsync(Specs.Batch("b", Specs.Job(1, "echo here > \"$BATCH_TMPDIR/it's\"; echo logged") with { Outputs = ["it's"] }, Specs.Job(2, "cat \"$BATCH_TMPDIR/it's\"", 1)));

        batch.State.ShouldBe(BatchState.Succeeded, batch.Reason);
        (await engine.LogAsync("b", 1)).ShouldBe("logged\n");
        (await engine.LogAsync("b", 2)).ShouldBe("here\n");
    }

    [UnixTheory]
    [InlineData("a b")]
    [InlineData("-x")]
    [InlineData("main\n--wrap=x")]
    [InlineData("main;touch")]
    [InlineData("$(x)")]
    [InlineData("")]
    public void A_value_that_could_be_more_than_a_value_is_refused(string value)
    {
        foreach (var placement in new[] { new SlurmPlacement { Partition = value }, new SlurmPlacement { Account = value }, new SlurmPlacement { Qos = value }, new SlurmPlacement { Constraint = value }, new SlurmPlacement { Options = new Dictionary<string, string> { ["gres"] = value } } })
            placement.Problems().ShouldHaveSingleItem().Code.ShouldBe(EngineCodes.SlurmOptionMalformed);
        new SlurmPlacement { Options = new Dictionary<string, string> { ["wrap"] = "x", ["output"] = "x", ["gres"] = "gpu:1" } }.Problems().Count.ShouldBe(2);
    }

    [SlurmFact]
    public async Task Refuses_variables_that_bash_lets_nobody_set_and_images()
    {
        var spec = Specs.Batch("b", Specs.Job(1, "true") with { Environment = new Dictionary<string, string> { ["UID"] = "0" } }, Specs.Job(2, "true") with { Image = "ubuntu:24.04" });

        var refusal = await Should.ThrowAsync<AnalysisRunnerException>(Engine.SubmitAsync(spec, CancellationToken.None));

        refusal.Problems.Select(problem => problem.Code).ShouldBe([EngineCodes.VariableReadOnly, EngineCodes.ImageNotSupported]);
    }

    [SlurmFact]
    public async Task An_account_is_the_only_kind_of_identity_that_it_gives()
    {
        var job = Specs.Job(1, "scontrol show job \"$SLURM_JOB_ID\" | grep -oE 'Account=[^ ]+|Nice=[^ ]+|Partition=[^ ]+'");
        var options = Options with
        {
            Directory = Folder["placed"],
            Placement = new SlurmPlacement { Partition = "main", Account = "everybody", Options = new Dictionary<string, string> { ["nice"] = "10" } },
            PlacementOf = batch => batch.Key == "placed" ? new SlurmPlacement { Partition = "drivers", Options = new Dictionary<string, string> { ["nice"] = "20" } } : null,
        };
        await using (var engine = await SlurmEngine.OpenAsync(options, CancellationToken.None))
        {
            await engine.RunAsync(Specs.Batch("placed", job) with { Identity = new JobIdentity { SlurmAccount = "ours" } });
            await engine.RunAsync(Specs.Batch("other", job));

            (await engine.LogAsync("placed", 1)).ShouldBe("Nice=20\nAccount=ours\nPartition=drivers\n");
            (await engine.LogAsync("other", 1)).ShouldBe("Nice=10\nAccount=everybody\nPartition=main\n");
        }

        foreach (var identity in new[] { new JobIdentity { User = "nobody" }, new JobIdentity { SlurmUser = "nobody" }, new JobIdentity { S3Role = "arn" }, new JobIdentity { GcsServiceAccount = "a@b" } })
            (await RefusalOf(identity)).ShouldBe(IdentityCodes.KindNotSupported);
        (await RefusalOf(new JobIdentity { SlurmAccount = "a --wrap=x" })).ShouldBe(EngineCodes.SlurmOptionMalformed);

        async Task<string> RefusalOf(JobIdentity identity) => (await Should.ThrowAsync<AnalysisRunnerException>(Engine.SubmitAsync(Specs.Batch("b", job) with { Identity = identity }, CancellationToken.None))).Problems.Single().Code;
    }

    [SlurmFact]
    public async Task Memory_grows_with_the_attempts()
    {
        await using var engine = await SlurmEngine.OpenAsync(Options with { Directory = Folder["grows"], MemoryGrowth = 1.5 }, CancellationToken.None);

        await engine.RunAsync(Specs.Batch("b", Specs.Job(1, $"scontrol show job \"$SLURM_JOB_ID\" | grep -oE 'MinMemoryNode=[^ ]+' >> '{Folder["memory"]}'; false") with { MemoryBytes = 100L << 20, Attempts = 3 }));

        (await File.ReadAllLinesAsync(Folder["memory"])).ShouldBe(["MinMemoryNode=100M", "MinMemoryNode=150M", "MinMemoryNode=225M"]);
        await engine.RunAsync(Specs.Batch("own", Specs.Job(1, $"scontrol show job \"$SLURM_JOB_ID\" | grep -oE 'MinMemoryNode=[^ ]+' >> '{Folder["own"]}'; false") with { MemoryBytes = 100L << 20, MemoryGrowth = 2, Attempts = 2 }));
        (await File.ReadAllLinesAsync(Folder["own"])).ShouldBe(["MinMemoryNode=100M", "MinMemoryNode=200M"]);
    }

    [SlurmFact]
    public async Task What_Slurm_refuses_fails_with_its_words_and_is_not_tried_again()
    {
        var batch = await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "true") with { MemoryBytes = 1L << 50, Attempts = 3 }, Specs.Job(2, "true", 1)));

        batch.State.ShouldBe(BatchState.Failed);
        (await Engine.JobAsync("b", 1)).ShouldSatisfyAllConditions(job => job.Attempts.ShouldBe(1), job => job.Reason!.ShouldStartWith(EngineCodes.SlurmRefused));
        (await Engine.JobAsync("b", 2)).State.ShouldBe(JobState.Cancelled);
    }

    [SlurmFact]
    public async Task A_driver_runs_in_the_partition_of_drivers_and_cores_and_memory_are_asked_for()
    {
        const string Ask = "scontrol show job \"$SLURM_JOB_ID\" | grep -oE 'Partition=[a-z]+|CPUs/Task=[0-9]+|MinMemoryNode=[0-9]+M|TimeLimit=[0-9:]+'";

        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, Ask) with { MilliCpu = 0 },
            Specs.Job(2, Ask) with { MilliCpu = 1500, MemoryBytes = 100_000_000, Timeout = TimeSpan.FromSeconds(61) }));

        (await Engine.LogAsync("b", 1)).ShouldContain("Partition=drivers");
        var log = await Engine.LogAsync("b", 2);
        log.ShouldContain("Partition=main");
        log.ShouldContain("CPUs/Task=2");
        log.ShouldContain("MinMemoryNode=96M");
        log.ShouldContain("TimeLimit=00:03:00");
    }

    [SlurmFact]
    public async Task A_time_limit_ends_the_whole_group_however_stubborn()
    {
        var command = $"trap '' TERM; sleep 600 & echo $! > '{Folder["pid"]}'; wait";

        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, command) with { Timeout = TimeSpan.FromMilliseconds(300) }));

        (await Engine.JobAsync("b", 1)).Reason!.ShouldStartWith(EngineCodes.TimeLimitExceeded);
        var stat = $"/proc/{(await File.ReadAllTextAsync(Folder["pid"])).Trim()}/stat";
        await SlurmTestCluster.UntilAsync(() => Task.FromResult(!File.Exists(stat) || File.ReadAllText(stat).Contains(") Z ", StringComparison.Ordinal)));
    }

    [SlurmFact]
    public async Task Exit_code_124_is_an_exit_code_and_no_time_limit()
    {
        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "exit 124") with { Timeout = TimeSpan.FromMinutes(1) }));

        (await Engine.JobAsync("b", 1)).ShouldSatisfyAllConditions(job => job.ExitCode.ShouldBe(124), job => job.Reason.ShouldBe("exit code 124"));
    }

    [SlurmFact]
    public async Task What_waits_says_what_Slurm_says()
    {
        await using var engine = await SlurmEngine.OpenAsync(Options with { Directory = Folder["other"], Placement = new SlurmPlacement { Options = new Dictionary<string, string> { ["exclude"] = "n1,n2" } } }, CancellationToken.None);
        var wait = $"until [ -e '{Folder["go"]}' ]; do sleep 0.01; done";
        await engine.SubmitAsync(Specs.Batch("b", Specs.Job(1, wait) with { MilliCpu = 128_000 }, Specs.Job(2, "true") with { MilliCpu = 128_000 }), CancellationToken.None);

        await SlurmTestCluster.UntilAsync(async () => (await engine.JobAsync("b", 2)).Reason == "PENDING (Resources)");
        await File.WriteAllTextAsync(Folder["go"], "");

        (await engine.EndAsync("b")).State.ShouldBe(BatchState.Succeeded);
        (await engine.JobAsync("b", 2)).Reason.ShouldBeNull();
    }
}
