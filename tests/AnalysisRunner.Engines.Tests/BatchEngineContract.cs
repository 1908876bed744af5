using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Engines.Tests;

/// <summary>What every engine does. An engine passes it by inheriting it.</summary>
public abstract partial class BatchEngineContract : IAsyncLifetime
{
    protected IBatchEngine Engine { get; private set; } = null!;

    protected TemporaryFolder Folder { get; } = new();

    public async Task InitializeAsync() => Engine = await OpenAsync();

    public virtual async Task DisposeAsync()
    {
        await Engine.DisposeAsync();
        Folder.Dispose();
    }

    /// <summary>Opens the engine under test; opened again, it must know what it accepted.</summary>
    protected abstract Task<IBatchEngine> OpenAsync();

    private async Task<List<KeptBatch>> KeptAsync(bool measures)
    {
        var kept = new List<KeptBatch>();
        await foreach (var batch in Engine.ListKeptAsync(measures, CancellationToken.None)) kept.Add(batch);
        return kept;
    }

    protected async Task ReopenAsync()
    {
        await Engine.DisposeAsync();
        Engine = await OpenAsync();
    }

    [ContractFact]
    public async Task Runs_a_job_and_keeps_its_output_times_and_exit_code()
    {
        var batch = await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "echo out; echo err >&2")));

        batch.State.ShouldBe(BatchState.Succeeded);
        batch.Jobs.ShouldBe(new JobCounts(0, 0, 0, 1, 0, 0));
        batch.FinishedAt.ShouldNotBeNull();
        var job = await Engine.JobAsync("b", 1);
        (job.State, job.ExitCode, job.Signal, job.Attempts, job.Reason).ShouldBe((JobState.Succeeded, 0, null, 1, null));
        job.FinishedAt!.Value.ShouldBeGreaterThanOrEqualTo(job.StartedAt!.Value);
        (await Engine.LogAsync("b", 1)).ShouldBe("out\nerr\n");
    }

    /// <summary>hail-batch spec §7, fact 46.</summary>
    [ContractFact]
    public async Task Reports_the_exit_code_of_a_job_that_fails()
    {
        var batch = await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "exit 7")));

        batch.State.ShouldBe(BatchState.Failed);
        batch.Reason!.ShouldContain("job 1 \"job1\" failed: exit code 7");
        (await Engine.JobAsync("b", 1)).ExitCode.ShouldBe(7);
    }

    [ContractFact]
    public async Task Stops_a_script_at_its_first_failing_command()
    {
        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "echo one\nfalse | true\necho two"), Specs.Job(2, "echo $NOT_SET")));

        (await Engine.LogAsync("b", 1)).ShouldBe("one\n");
        (await Engine.JobAsync("b", 1)).State.ShouldBe(JobState.Failed);
        (await Engine.JobAsync("b", 2)).State.ShouldBe(JobState.Failed);
    }

    /// <summary>hail-batch spec §7, fact 48.</summary>
    [ContractFact]
    public async Task Fails_a_job_whose_program_does_not_exist()
    {
        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "no-such-program-anywhere")));

        (await Engine.JobAsync("b", 1)).ExitCode.ShouldBe(127);
    }

    [ContractFact]
    public async Task Passes_files_between_jobs_through_the_folder_of_the_batch()
    {
        var first = Specs.Job(1, "echo hello > \"$BATCH_TMPDIR/a b/file\"") with { Outputs = ["a b/file"] };

        var batch = await Engine.RunAsync(Specs.Batch("b", first, Specs.Job(2, "cat \"${BATCH_TMPDIR}/a b/file\"", 1)));

        batch.State.ShouldBe(BatchState.Succeeded);
        (await Engine.LogAsync("b", 2)).ShouldBe("hello\n");
    }

    [ContractFact]
    public async Task Fails_a_job_that_lacks_its_declared_outputs_and_names_them()
    {
        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "touch \"$BATCH_TMPDIR/there\"") with { Outputs = ["there", "not/there"] }));

        var job = await Engine.JobAsync("b", 1);
        job.State.ShouldBe(JobState.Failed);
        job.Reason!.ShouldStartWith(EngineCodes.OutputsMissing);
        job.Reason!.ShouldContain("\"not/there\"");
        job.Reason!.ShouldNotContain("\"there\"");
    }

    /// <summary>hail-batch spec §7, facts 28 to 31.</summary>
    [ContractFact]
    public async Task A_failure_cancels_the_descendants_and_nothing_else_save_what_always_runs()
    {
        var batch = await Engine.RunAsync(Specs.Batch("b",
            Specs.Job(1, "exit 1"), Specs.Job(2, "echo independent"), Specs.Job(3, "echo child", 1), Specs.Job(4, "echo grandchild", 3),
            Specs.Job(5, "echo always", 4) with { AlwaysRun = true }, Specs.Job(6, "echo after always", 5)));

        batch.Jobs.ShouldBe(new JobCounts(0, 0, 0, 3, 1, 2));
        var jobs = await Engine.GetJobsAsync("b", 0, 10, CancellationToken.None);
        jobs.Select(job => job.State).ShouldBe([
            JobState.Failed, JobState.Succeeded, JobState.Cancelled, JobState.Cancelled, JobState.Succeeded, JobState.Succeeded]);
        jobs[2].Reason.ShouldBe("job 1 \"job1\" failed");
        jobs[2].Attempts.ShouldBe(0);
        (await Engine.LogAsync("b", 4)).ShouldBeEmpty();
    }

    [ContractFact]
    public async Task Tries_again_as_often_as_the_job_allows_and_not_after_success()
    {
        var command = $"echo try >> '{Folder["tries"]}'; [ $(wc -l < '{Folder["tries"]}') -ge 3 ]";

        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, command) with { Attempts = 5 }, Specs.Job(2, "exit 1") with { Attempts = 2 }));

        (await Engine.JobAsync("b", 1)).ShouldSatisfyAllConditions(job => job.State.ShouldBe(JobState.Succeeded), job => job.Attempts.ShouldBe(3));
        (await Engine.JobAsync("b", 2)).ShouldSatisfyAllConditions(job => job.State.ShouldBe(JobState.Failed), job => job.Attempts.ShouldBe(2));
    }

    [ContractFact]
    public async Task An_output_that_an_earlier_attempt_left_does_not_count()
    {
        var command = $"if [ -e '{Folder["first"]}' ]; then exit 0; fi; touch '{Folder["first"]}' \"$BATCH_TMPDIR/out\"; exit 1";

        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, command) with { Attempts = 2, Outputs = ["out"] }));

        (await Engine.JobAsync("b", 1)).Reason!.ShouldStartWith(EngineCodes.OutputsMissing);
    }

    /// <summary>hail-batch spec §7, fact 49; the exit code of a job that was stopped is no success.</summary>
    [ContractFact]
    public async Task Stops_a_job_at_its_time_limit()
    {
        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "trap 'exit 0' TERM; sleep 600 & wait") with { Timeout = TimeSpan.FromMilliseconds(300) }));

        var job = await Engine.JobAsync("b", 1);
        (job.State, job.ExitCode).ShouldBe((JobState.Failed, null));
        job.Reason!.ShouldStartWith(EngineCodes.TimeLimitExceeded);
    }

    /// <summary>hail-batch spec §7, facts 58 to 60.</summary>
    [ContractFact]
    public async Task Cancel_stops_what_runs_and_what_waits_but_keeps_what_ended_and_what_always_runs()
    {
        await Engine.SubmitAsync(Specs.Batch("b",
            Specs.Job(1, "true"), Specs.Job(2, "echo started; sleep 600", 1), Specs.Job(3, "true", 2), Specs.Job(4, "echo tail", 3) with { AlwaysRun = true }), CancellationToken.None);
        await Engine.SeeAsync("b", 2, "started");

        await Engine.CancelAsync("b", "not needed", CancellationToken.None);
        await Engine.CancelAsync("b", "again", CancellationToken.None);
        await Engine.CancelAsync("unknown", "whatever", CancellationToken.None);
        var batch = await Engine.EndAsync("b");

        (batch.State, batch.Reason).ShouldBe((BatchState.Cancelled, "not needed"));
        (await Engine.GetJobsAsync("b", 0, 10, CancellationToken.None)).Select(job => job.State).ShouldBe([
            JobState.Succeeded, JobState.Cancelled, JobState.Cancelled, JobState.Succeeded]);
        (await Engine.LogAsync("b", 2)).ShouldBe("started\n");
    }

    /// <summary>hail-batch spec §7, fact 61.</summary>
    [ContractFact]
    public async Task Enough_failures_cancel_the_rest_and_the_batch_reads_failed()
    {
        var batch = await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, $"until [ -e '{Folder["go"]}' ]; do sleep 0.01; done; exit 1"),
            Specs.Job(2, $"touch '{Folder["go"]}'; sleep 600"), Specs.Job(3, "true", 2)) with
        { CancelAfterFailures = 1 });

        batch.State.ShouldBe(BatchState.Failed);
        batch.Jobs.ShouldBe(new JobCounts(0, 0, 0, 0, 1, 2));
    }

    /// <summary>hail-batch spec §7, fact 53.</summary>
    [ContractFact]
    public async Task The_same_key_is_the_same_batch_also_for_concurrent_callers_and_after_reopening()
    {
        var spec = Specs.Batch("b", Specs.Job(1, $"echo ran >> '{Folder["ran"]}'"));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Engine.SubmitAsync(spec, CancellationToken.None))));
        var ended = await Engine.EndAsync("b");
        await ReopenAsync();
        var again = await Engine.SubmitAsync(spec with { Name = "another" }, CancellationToken.None);

        again.ShouldBe(ended);
        (await File.ReadAllLinesAsync(Folder["ran"])).ShouldBe(["ran"]);
    }

    [ContractFact]
    public async Task Keys_that_differ_only_in_case_are_two_batches()
    {
        await Engine.RunAsync(Specs.Batch("key", Specs.Job(1, "echo small")));
        await Engine.RunAsync(Specs.Batch("KEY", Specs.Job(1, "echo large")));

        await ReopenAsync();
        (await Engine.LogAsync("key", 1)).ShouldBe("small\n");
        (await Engine.LogAsync("KEY", 1)).ShouldBe("large\n");
    }

    [ContractFact]
    public async Task Jobs_and_logs_of_an_ended_batch_are_there_after_reopening()
    {
        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "echo kept; exit 3"), Specs.Job(2, "true", 1)));
        var before = await Engine.GetJobsAsync("b", 0, 10, CancellationToken.None);

        await ReopenAsync();

        var after = await Engine.GetJobsAsync("b", 0, 10, CancellationToken.None);
        after.Select(job => (job.State, job.ExitCode, job.Reason, job.Attempts, job.StartedAt?.ToUnixTimeMilliseconds()))
            .ShouldBe(before.Select(job => (job.State, job.ExitCode, job.Reason, job.Attempts, job.StartedAt?.ToUnixTimeMilliseconds())));
        (await Engine.LogAsync("b", 1, follow: true)).ShouldBe("kept\n");
    }

    /// <summary>hail-batch spec §7, fact 27.</summary>
    [ContractFact]
    public async Task An_empty_batch_succeeds() => (await Engine.RunAsync(Specs.Batch("b"))).State.ShouldBe(BatchState.Succeeded);

    [ContractFact]
    public async Task Jobs_are_listed_in_pages()
    {
        await Engine.RunAsync(Specs.Batch("b", [.. Enumerable.Range(1, 5).Select(id => Specs.Job(id, ":"))]));

        (await Engine.GetJobsAsync("b", 2, 2, CancellationToken.None)).Select(job => job.Id).ShouldBe([3, 4]);
        (await Engine.GetJobsAsync("b", 5, 2, CancellationToken.None)).ShouldBeEmpty();
        (await Engine.GetJobsAsync("unknown", 0, 2, CancellationToken.None)).ShouldBeEmpty();
        (await Engine.GetAsync("unknown", CancellationToken.None)).ShouldBeNull();
        (await Engine.LogAsync("unknown", 1, follow: true)).ShouldBeEmpty();
        (await Engine.LogAsync("b", 6, follow: true)).ShouldBeEmpty();
    }

    /// <summary>hail-batch spec §7, facts 69 and 70.</summary>
    [ContractFact]
    public async Task A_followed_log_is_seen_while_the_job_runs_and_ends_with_its_last_byte()
    {
        var wait = $"until [ -e '{Folder["go"]}' ]; do sleep 0.01; done";
        await Engine.SubmitAsync(Specs.Batch("b", Specs.Job(1, $"printf 'a\\xff\\x00b\\n'; {wait}; printf last")), CancellationToken.None);

        await Engine.SeeAsync("b", 1, "b\n");
        var whole = Engine.LogBytesAsync("b", 1, follow: true);
        await File.WriteAllTextAsync(Folder["go"], "");

        (await whole).ShouldBe([(byte)'a', 0xff, 0, (byte)'b', (byte)'\n', .. "last"u8]);
        (await Engine.LogBytesAsync("b", 1, offset: 5)).ShouldBe([.. "last"u8]);
        (await Engine.LogBytesAsync("b", 1, offset: 50)).ShouldBeEmpty();
    }

    [ContractFact]
    public async Task A_large_log_arrives_whole()
    {
        await Engine.SubmitAsync(Specs.Batch("b", Specs.Job(1, "head -c 20000000 /dev/zero | tr '\\0' x")), CancellationToken.None);

        var log = await Engine.LogBytesAsync("b", 1, follow: true);

        log.Length.ShouldBe(20_000_000);
        log.ShouldAllBe(value => value == (byte)'x');
    }

    [ContractFact]
    public async Task Values_of_the_environment_arrive_as_they_are_and_are_never_code()
    {
        string[] values = ["a b; touch /nonexistent/x", "$(echo executed)", "`echo executed`", "it's \"quoted\" \\ \n two lines", "*", "é\u2603", "", "-n"];
        var environment = values.Select((value, i) => (Name: $"V{i}", value)).ToDictionary(pair => pair.Name, pair => pair.value);
        var command = string.Join('\n', environment.Keys.Select(name => $"printf '%s|' \"${name}\""));

        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, command) with { Environment = environment }));

        (await Engine.LogAsync("b", 1)).ShouldBe(string.Concat(values.Select(value => value + "|")));
    }

    [ContractFact]
    public async Task Watching_never_misses_the_end_of_a_batch()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var changes = Engine.WatchAsync(patience.Token);
        await Engine.RunAsync(Specs.Batch("a", Specs.Job(1, "true")));
        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "false")));

        // Read only now: the changes in between are coalesced, the ends are there.
        var ends = new Dictionary<string, BatchState>();
        await foreach (var change in changes)
        {
            ends[change.Key] = change.State;
            if (ends.Count == 2) break;
        }
        ends.ShouldBe(new Dictionary<string, BatchState> { ["a"] = BatchState.Succeeded, ["b"] = BatchState.Failed }, ignoreOrder: true);
    }

    [ContractFact]
    public async Task Forgets_an_ended_batch_and_refuses_to_forget_a_running_one()
    {
        await Engine.SubmitAsync(Specs.Batch("b", Specs.Job(1, "sleep 600")), CancellationToken.None);
        await Should.ThrowAsync<InvalidOperationException>(Engine.ForgetAsync("b", CancellationToken.None));

        await Engine.CancelAsync("b", "test", CancellationToken.None);
        await Engine.EndAsync("b");
        await Engine.ForgetAsync("b", CancellationToken.None);
        await Engine.ForgetAsync("b", CancellationToken.None);

        (await Engine.GetAsync("b", CancellationToken.None)).ShouldBeNull();
        (await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "echo new")))).State.ShouldBe(BatchState.Succeeded);
    }

    [ContractFact]
    public async Task Lists_what_is_kept_of_ended_batches_with_sizes_and_forgets_scratch_alone()
    {
        // What failed keeps its scratch, to be looked at.
        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, "echo kept; head -c 100000 /dev/zero > \"$BATCH_TMPDIR/large\"; exit 1")));
        await Engine.SubmitAsync(Specs.Batch("running", Specs.Job(1, "sleep 600")), CancellationToken.None);

        var kept = (await KeptAsync(measures: true)).ShouldHaveSingleItem();
        kept.Key.ShouldBe("b");
        kept.EndedAt.ShouldBe((await Engine.GetAsync("b", CancellationToken.None))!.FinishedAt!.Value);
        kept.ScratchBytes.ShouldBeGreaterThanOrEqualTo(100_000);
        kept.RecordBytes.ShouldBeInRange(1, 99_999);
        (await KeptAsync(measures: false)).ShouldBe([kept with { ScratchBytes = 0, RecordBytes = 0 }]);

        await Should.ThrowAsync<InvalidOperationException>(Engine.ForgetScratchAsync("running", CancellationToken.None));
        await Engine.ForgetScratchAsync("b", CancellationToken.None);
        await Engine.ForgetScratchAsync("b", CancellationToken.None);
        await Engine.ForgetScratchAsync("nothing", CancellationToken.None);
        await ReopenAsync();

        (await KeptAsync(measures: true)).ShouldBe([kept with { ScratchBytes = 0 }]);
        (await Engine.LogAsync("b", 1)).ShouldStartWith("kept\n");
        await Engine.CancelAsync("running", "test", CancellationToken.None);
        await Engine.EndAsync("running");
        await Engine.ForgetAsync("b", CancellationToken.None);
        (await KeptAsync(measures: false)).Select(batch => batch.Key).ShouldBe(["running"]);
    }

    [ContractFact]
    public async Task Refuses_a_malformed_batch_with_every_reason_and_starts_nothing_of_it()
    {
        var spec = Specs.Batch("b", Specs.Job(1, $"touch '{Folder["ran"]}'"), Specs.Job(2, "true", 9), Specs.Job(3, "true") with { Attempts = 0 });

        var refusal = await Should.ThrowAsync<AnalysisRunnerException>(Engine.SubmitAsync(spec, CancellationToken.None));

        refusal.Problems.Select(problem => problem.Code).ShouldBe([EngineCodes.ParentMalformed, EngineCodes.ValueOutOfRange]);
        (await Engine.GetAsync("b", CancellationToken.None)).ShouldBeNull();
        File.Exists(Folder["ran"]).ShouldBeFalse();
    }

    [ContractFact]
    public async Task A_long_command_and_a_wide_batch_run()
    {
        var command = string.Concat(Enumerable.Repeat("# a comment that makes the script long\n", 10_000)) + "echo done";
        var parents = Enumerable.Range(1, 100).ToArray();

        var batch = await Engine.RunAsync(Specs.Batch("b", [.. parents.Select(id => Specs.Job(id, ":")), Specs.Job(101, command, parents)]));

        batch.State.ShouldBe(BatchState.Succeeded);
        (await Engine.LogAsync("b", 101)).ShouldBe("done\n");
    }
}
