using AnalysisRunner.Contracts;

namespace AnalysisRunner.Pipelines.Tests.HailFacts;

/// <summary>The facts of hail-batch spec §7 about how jobs run and end, on the real local engine. Each summary names its fact.</summary>
public sealed class JobFacts : LocalRun
{
    /// <summary>Fact 5: a custom shell path is honoured.</summary>
    [FactWithBash]
    public async Task A_shell_of_ones_own_reads_the_commands()
    {
        var batch = NewBatch();
        var job = batch.NewJob("one").UseShell("/bin/sh");
        job.Command($"printf '%s' {"it's $HOME"} > {job.Output("a")}").Command($"printf '%s' \"$0\" > {job.Output("b")}");
        batch.WriteOutput(job["a"], PathOf("a")).WriteOutput(job["b"], PathOf("b"));

        await batch.RunAsync();

        (Read("a"), Read("b")).ShouldBe(("it's $HOME", "/bin/sh"));
    }

    /// <summary>Fact 6: a nonexistent shell makes the run fail.</summary>
    [FactWithBash]
    public async Task A_shell_that_does_not_exist_fails_the_run()
    {
        var batch = NewBatch();
        batch.NewJob("one").UseShell("/bin/ajdsfoijasidojf").Command($"true");

        (await batch.RunAsync().ShouldThrowAsync<AnalysisRunnerException>()).Message.ShouldContain("127");
    }

    /// <summary>Fact 7: a failing job makes the run fail even when a later independent job succeeds.</summary>
    [FactWithBash]
    public async Task One_failed_job_fails_the_run()
    {
        var batch = NewBatch();
        batch.NewJob("bad").Command($"false");
        batch.NewJob("good").Command($"true");

        var failed = await batch.RunAsync().ShouldThrowAsync<AnalysisRunnerException>();

        failed.Problems.Single().Code.ShouldBe("AR5113");
        failed.Message.ShouldContain("\"bad\" failed: exit code 1");
    }

    /// <summary>Facts 10 and 48: an unknown command ends the run with an error that carries the exit code.</summary>
    [FactWithBash]
    public async Task An_unknown_command_is_told_with_its_exit_code()
    {
        var batch = NewBatch();
        batch.NewJob("one").Command($"foojakdsfoijasd");

        (await batch.RunAsync().ShouldThrowAsync<AnalysisRunnerException>()).Message.ShouldContain("exit code 127");
        Printed.ShouldContain("command not found");
    }

    /// <summary>Fact 25: variables that are set are visible to the command. Trap of the original (spec §3.5): their values are not executed.</summary>
    [FactWithBash]
    public async Task Variables_are_visible_and_only_text()
    {
        var batch = NewBatch();
        var job = batch.NewJob("one").Env("X", "a b; echo HI; $(touch here)");
        job.Command($"printf '%s' \"$X\" > {job.Output("o")}");
        batch.WriteOutput(job["o"], PathOf("out"));

        await batch.RunAsync();

        Read("out").ShouldBe("a b; echo HI; $(touch here)");
    }

    /// <summary>Fact 28: a failed job does not stop jobs that do not depend on it, and the run still fails.</summary>
    [FactWithBash]
    public async Task Others_go_on_after_a_failure()
    {
        var batch = NewBatch();
        batch.NewJob("bad").Command($"false");
        var good = batch.NewJob("good");
        good.Command($"echo x > {good.Output("o")}");
        batch.WriteOutput(good["o"], PathOf("out"));

        (await EndOfAsync(batch)).State.ShouldBe(BatchState.Failed);

        Read("out").ShouldBe("x\n");
    }

    /// <summary>Facts 29 and 30: children and grandchildren of a failed job are not run, whether by files or by DependsOn.</summary>
    [FactWithBash]
    public async Task Descendants_of_a_failed_job_do_not_run()
    {
        var batch = NewBatch();
        var bad = batch.NewJob("bad");
        bad.Command($"echo x > {bad.Output("o")}").Command($"false");
        var child = batch.NewJob("child");
        child.Command($"cat {bad["o"]}");
        batch.NewJob("grandchild").DependsOn(child).Command($"true");

        (await JobsOfAsync(batch)).Select(job => (job.Name, job.State, job.Attempts)).ShouldBe(
            [("bad", JobState.Failed, 1), ("child", JobState.Cancelled, 0), ("grandchild", JobState.Cancelled, 0)]);
    }

    /// <summary>Facts 31 and 60: what always runs does so after a failed parent, and its output is saved.</summary>
    [FactWithBash]
    public async Task What_always_runs_runs_after_a_failure()
    {
        var batch = NewBatch();
        var bad = batch.NewJob("bad").Command($"false");
        var always = batch.NewJob("always").DependsOn(bad).AlwaysRun();
        always.Command($"echo x > {always.Output("o")}");
        batch.WriteOutput(always["o"], PathOf("out"));

        (await JobsOfAsync(batch)).Select(job => job.State).ShouldBe([JobState.Failed, JobState.Succeeded]);
        Read("out").ShouldBe("x\n");
    }

    /// <summary>Fact 32: an ordinary child of what always runs and succeeded runs.</summary>
    [FactWithBash]
    public async Task The_child_of_what_always_runs_runs()
    {
        var batch = NewBatch();
        var always = batch.NewJob("always").DependsOn(batch.NewJob("bad").Command($"false")).AlwaysRun().Command($"true");
        batch.NewJob("child").DependsOn(always).Command($"true");

        (await JobsOfAsync(batch)).Select(job => (job.Name, job.State)).ShouldBe(
            [("always", JobState.Succeeded), ("bad", JobState.Failed), ("child", JobState.Succeeded)]);
    }

    /// <summary>Facts 40 and 49: a time limit holds on this machine too; the job fails, and has no exit code.</summary>
    [FactWithBash]
    public async Task A_time_limit_ends_the_job()
    {
        var batch = NewBatch();
        batch.NewJob("one").Timeout(TimeSpan.FromMilliseconds(100)).Command($"exec sleep 600");

        var job = (await JobsOfAsync(batch)).Single();

        (job.State, job.ExitCode).ShouldBe((JobState.Failed, null));
        job.Reason!.ShouldContain("time limit");
    }

    /// <summary>Fact 45: a second run executes only new jobs. Trap of the original (spec §3.4): inputs are not delivered again.</summary>
    [FactWithBash]
    public async Task A_second_run_takes_new_jobs_only()
    {
        var batch = NewBatch();
        batch.WriteOutput(batch.ReadInput(Write("in", "x")), PathOf("copy"));
        var first = batch.NewJob("first").Command($"echo first >> {PathOf("trace")}");
        await batch.RunAsync();
        File.Delete(PathOf("copy"));

        batch.NewJob("second").DependsOn(first).Command($"echo second >> {PathOf("trace")}");
        await batch.RunAsync();

        Read("trace").ShouldBe("first\nsecond\n");
        Exists("copy").ShouldBeFalse();
    }

    /// <summary>Fact 46: a job that exits 7 has failed with exit code 7 and has a duration.</summary>
    [FactWithBash]
    public async Task An_exit_code_is_kept()
    {
        var batch = NewBatch();
        batch.NewJob("one").Command($"exit 7");

        var job = (await JobsOfAsync(batch)).Single();

        (job.State, job.ExitCode).ShouldBe((JobState.Failed, 7));
        (job.FinishedAt - job.StartedAt).ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(TimeSpan.Zero);
    }

    /// <summary>Fact 51: what could never run is refused before anything runs.</summary>
    [FactWithBash]
    public async Task What_could_never_run_is_refused()
    {
        var batch = NewBatch();
        batch.NewJob("one").Memory("250Pi").Command($"touch {PathOf("ran")}");

        await batch.RunAsync().ShouldThrowAsync<AnalysisRunnerException>();

        Exists("ran").ShouldBeFalse();
    }

    /// <summary>Fact 61: one failure cancels the sleeping sibling.</summary>
    [FactWithBash]
    public async Task Failures_cancel_the_rest_of_the_batch()
    {
        var batch = NewBatch().CancelAfterFailures(1);
        batch.NewJob("sibling").Command($"touch {PathOf("started")}; exec sleep 600");
        batch.NewJob("bad").Command($"until [ -e {PathOf("started")} ]; do sleep 0.02; done; exit 1");

        (await JobsOfAsync(batch)).Select(job => job.State).ShouldBe([JobState.Cancelled, JobState.Failed]);
    }

    /// <summary>Facts 61 and 65: in a group, failures cancel that group and those in it, not those beside or above it.</summary>
    [FactWithBash]
    public async Task Failures_cancel_the_rest_of_their_group()
    {
        var batch = NewBatch();
        var group = batch.NewJobGroup("group").CancelAfterFailures(1);
        var bad = group.NewJob("bad").Command($"exit 1");
        var after = batch.NewJob("after").DependsOn(bad).AlwaysRun().Command($"true");
        group.NewJobGroup("inner").NewJob("inner").DependsOn(after).Command($"true");
        batch.NewJobGroup("beside").NewJob("beside").DependsOn(after).Command($"true");
        batch.NewJob("above").DependsOn(after).Command($"true");

        (await JobsOfAsync(batch)).Select(job => (job.Name, job.State)).ShouldBe(
            [("bad", JobState.Failed), ("after", JobState.Succeeded), ("inner", JobState.Cancelled), ("beside", JobState.Succeeded), ("above", JobState.Succeeded)]);
    }

    /// <summary>Fact 62: jobs added to a batch whose earlier jobs failed do not run when they depend on them.</summary>
    [FactWithBash]
    public async Task Jobs_added_after_a_failure_do_not_run()
    {
        var batch = NewBatch();
        var bad = batch.NewJob("bad").Command($"false");
        await EndOfAsync(batch);
        batch.NewJob("next").DependsOn(bad).Command($"touch {PathOf("ran")}");

        (await batch.RunAsync(wait: false).ShouldThrowAsync<AnalysisRunnerException>()).Message.ShouldContain("\"bad\" failed");

        Exists("ran").ShouldBeFalse();
    }

    /// <summary>Trap of the original (spec §3.5): several commands stop at the first that fails, pipes included.</summary>
    [TheoryWithBash]
    [InlineData("false")]
    [InlineData("false | true")]
    [InlineData("echo $UNSET_VARIABLE")]
    public async Task The_first_failing_command_ends_the_job(string command)
    {
        var batch = NewBatch();
        batch.NewJob("one").Command($"{Shell.Raw(command)}").Command($"touch {PathOf("went-on")}");

        (await EndOfAsync(batch)).State.ShouldBe(BatchState.Failed);

        Exists("went-on").ShouldBeFalse();
    }

    /// <summary>Trap of the original (spec §3.5): jobs do not see what others wrote into their own folder.</summary>
    [FactWithBash]
    public async Task Each_job_has_a_folder_of_its_own()
    {
        var batch = NewBatch();
        var first = batch.NewJob("first").Command($"touch relative");
        batch.NewJob("second").DependsOn(first).Command($"[ ! -e relative ]");

        await batch.RunAsync();
    }

    /// <summary>Trap of the original (spec §3.1): a long name of characters of several bytes is no obstacle.</summary>
    [FactWithBash]
    public async Task A_long_name_of_wide_characters_works()
    {
        var batch = NewBatch();
        var job = batch.NewJob(new string('é', 300));
        job.Command($"echo x > {job.Output("o")}");

        await batch.RunAsync();
    }

    /// <summary>Trap of the original (spec §3.4): a chain of thousands of jobs, children described first, runs.</summary>
    [FactWithBash]
    public async Task A_long_chain_described_backwards_runs()
    {
        var batch = NewBatch();
        var last = batch.NewJob("0");
        for (var i = 1; i < 200; i++)
        {
            var next = batch.NewJob("next");
            last.DependsOn(next);
            last = next;
        }

        await batch.RunAsync();

        Printed.ShouldContain("200 of 200 jobs");
    }
}
