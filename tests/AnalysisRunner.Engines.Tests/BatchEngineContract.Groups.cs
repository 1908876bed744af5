using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Tests;

/// <summary>Groups of jobs, and what is known of attempts.</summary>
public abstract partial class BatchEngineContract
{
    /// <summary>hail-batch spec §7, facts 65 and 66: down, not up and not sideways.</summary>
    [ContractFact]
    public async Task Cancelling_a_group_cancels_the_groups_in_it_and_nothing_else()
    {
        var wait = $"until [ -e '{Folder["go"]}' ]; do sleep 0.01; done";
        var spec = Specs.Batch("b", Specs.Job(1, wait) with { MilliCpu = 100 }, InGroup(2, 1, wait), InGroup(3, 2, wait), InGroup(4, 3, wait), InGroup(5, 2, "true", 3),
            InGroup(6, 2, "true", 5) with { AlwaysRun = true }) with
        {
            Groups = [new() { Id = 1, Name = "outer" }, new() { Id = 2, Name = "inner", Parent = 1 }, new() { Id = 3, Name = "sibling" }],
        };
        await Engine.SubmitAsync(spec, CancellationToken.None);
        await Engine.UntilAsync("b", batch => batch.Jobs.Running == 4);

        await Engine.CancelGroupAsync("b", 1, "not this part", CancellationToken.None);
        await Engine.CancelGroupAsync("b", 2, "again", CancellationToken.None);
        await Engine.CancelGroupAsync("b", 99, "unknown", CancellationToken.None);
        await Engine.UntilAsync("b", batch => batch.Jobs.Running == 2 && batch.Jobs.Succeeded == 1);
        await File.WriteAllTextAsync(Folder["go"], "");
        await Engine.EndAsync("b");

        var jobs = await Engine.GetJobsAsync("b", 0, 10, CancellationToken.None);
        jobs.Select(job => job.State).ShouldBe([
            JobState.Succeeded, JobState.Cancelled, JobState.Cancelled, JobState.Succeeded, JobState.Cancelled, JobState.Succeeded]);
        jobs[2].Reason.ShouldBe("not this part");
        await ShouldHaveGroupsAsync();
        await ReopenAsync();
        await ShouldHaveGroupsAsync();

        async Task ShouldHaveGroupsAsync() => (await Engine.GetGroupsAsync("b", CancellationToken.None)).ShouldBe([
            new(1, "outer", BatchState.Cancelled, new(0, 0, 0, 1, 0, 3), "not this part"),
            new(2, "inner", BatchState.Cancelled, new(0, 0, 0, 1, 0, 2), "not this part"),
            new(3, "sibling", BatchState.Succeeded, new(0, 0, 0, 1, 0, 0))]);
    }

    /// <summary>hail-batch spec §7, fact 61, second half.</summary>
    [ContractFact]
    public async Task Enough_failures_in_a_group_cancel_that_group_only()
    {
        var spec = Specs.Batch("b", InGroup(1, 1, $"until [ -e '{Folder["go"]}' ]; do sleep 0.01; done; exit 1"), InGroup(2, 1, $"touch '{Folder["go"]}'; sleep 600"), InGroup(3, 2, "true", 4), Specs.Job(4, "true")) with
        {
            Groups = [new() { Id = 1, Name = "fragile", CancelAfterFailures = 1 }, new() { Id = 2, Name = "other", CancelAfterFailures = 1 }],
        };

        var batch = await Engine.RunAsync(spec);

        batch.State.ShouldBe(BatchState.Failed);
        (await Engine.GetJobsAsync("b", 0, 10, CancellationToken.None)).Select(job => job.State).ShouldBe([JobState.Failed, JobState.Cancelled, JobState.Succeeded, JobState.Succeeded]);
        (await Engine.GetGroupsAsync("b", CancellationToken.None)).Select(group => group.State).ShouldBe([BatchState.Failed, BatchState.Succeeded]);
    }

    [ContractFact]
    public async Task Each_attempt_has_its_own_end_its_times_and_what_it_used()
    {
        var command = $"echo try >> '{Folder["tries"]}'; n=$(wc -l < '{Folder["tries"]}'); if [ $n = 2 ]; then kill -9 $$; fi; for ((i = 0; i < 50000; i++)); do :; done; [ $n = 3 ] || exit 7";

        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, command) with { Attempts = 5 }));

        await ShouldHaveAttemptsAsync();
        await ReopenAsync();
        await ShouldHaveAttemptsAsync();
        (await Engine.GetAttemptsAsync("b", 2, CancellationToken.None)).ShouldBeEmpty();
        (await Engine.GetAttemptsAsync("unknown", 1, CancellationToken.None)).ShouldBeEmpty();

        async Task ShouldHaveAttemptsAsync()
        {
            var attempts = await Engine.GetAttemptsAsync("b", 1, CancellationToken.None);
            attempts.Select(attempt => (attempt.Number, attempt.State, attempt.ExitCode, attempt.Signal)).ShouldBe([
                (1, JobState.Failed, 7, null), (2, JobState.Failed, null, 9), (3, JobState.Succeeded, 0, null)]);
            attempts.ShouldAllBe(attempt => attempt.FinishedAt >= attempt.StartedAt && !attempt.OutOfMemory);
            attempts[0].CpuMilliseconds!.Value.ShouldBeGreaterThan(0);
            (attempts[0].FinishedAt <= attempts[1].StartedAt).ShouldBeTrue();
        }
    }

    private static JobSpec InGroup(int id, int group, string command, params ReadOnlySpan<int> parents) => Specs.Job(id, command, parents) with { Group = group, MilliCpu = 100 };
}
