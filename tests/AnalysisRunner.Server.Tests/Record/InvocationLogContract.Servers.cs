using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;
using static AnalysisRunner.Server.Tests.Record.Samples;

namespace AnalysisRunner.Server.Tests.Record;

public abstract partial class InvocationLogContract
{
    [ContractFact]
    public async Task The_runs_of_a_lost_server_end_once_and_those_of_others_go_on()
    {
        for (var number = 1; number <= 3; number++) await Log.RecordAsync(Submission(number, environment: new Dictionary<string, string> { ["A"] = "1" }) with { ClaimedBy = "gone" }, None);
        await Log.RecordAsync(Submission(4) with { ClaimedBy = "heir" }, None);
        await RecordOneAsync(5);
        await Log.ChangeStateAsync(ArGuid(1), new StateChange(InvocationState.Running), None);
        await Log.AddBatchAsync(ArGuid(1), Batch(ArGuid(1) + ".b"), None);
        await Log.BeginOutputsAsync(ArGuid(1), None);
        await Log.AddOutputsAsync(ArGuid(1), [new InvocationOutput { Category = "default", Path = "seen", Change = OutputChange.Created, Length = 3 }], None);
        await Log.ChangeStateAsync(ArGuid(3), new StateChange(InvocationState.Succeeded), None);
        (await Log.ListServersAsync(None)).Select(server => (server.Name, server.Unfinished, server.IsConnected)).ShouldBe([("gone", 2, false), ("heir", 1, false)]);

        (await Log.DeclareLostAsync("gone", "heir", "admin@example.org", None)).ShouldBe(2);
        (await Log.DeclareLostAsync("gone", "heir", "admin@example.org", None)).ShouldBe(0);

        var lost = (await Log.GetAsync(ArGuid(1), None))!.Invocation;
        lost.State.ShouldBe(InvocationState.Failed);
        lost.Reason.ShouldNotBeNull().ShouldContain("'gone'");
        lost.Batches.ShouldHaveSingleItem().State.ShouldBe(BatchState.Failed);
        (await Log.ListEventsAsync(ArGuid(1), 0, 100, None)).Count(found => found.By == "admin@example.org").ShouldBe(2);
        (await Log.GetEnvironmentAsync(ArGuid(1), None)).ShouldBeEmpty();
        // What it had listed itself is true; that there is no more nobody claims.
        (lost.Outputs!.Count, lost.Outputs.Bytes).ShouldBe((1, 3));
        lost.Outputs.Problem.ShouldNotBeNull().ShouldContain("'gone'");
        var unlisted = (await Log.GetAsync(ArGuid(2), None))!.Invocation;
        unlisted.State.ShouldBe(InvocationState.Failed);
        unlisted.Outputs!.Count.ShouldBe(0);
        unlisted.Outputs.Problem.ShouldBe(lost.Outputs.Problem);
        (await Log.GetAsync(ArGuid(3), None))!.Invocation.State.ShouldBe(InvocationState.Succeeded);
        (await Log.ListUnfinishedAsync(None)).Select(record => record.Invocation.ArGuid).ShouldBe([ArGuid(4), ArGuid(5)]);
        (await Log.ChangeStateAsync(ArGuid(1), new StateChange(InvocationState.Succeeded), None)).ShouldBe(StateChangeOutcome.Unchanged);
        // The heir tells of the ends, that of the run among them that had ended and was not told of.
        (await Log.ListUnannouncedAsync("heir", 10, None)).ShouldBe([ArGuid(1), ArGuid(2), ArGuid(3)]);
    }

    [ContractFact]
    public async Task A_run_that_waited_for_approval_when_its_server_was_lost_made_nothing()
    {
        await RecordWaitingAsync(1, claimedBy: "gone");
        (await Log.DeclareLostAsync("gone", "heir", "admin@example.org", None)).ShouldBe(1);
        (await Log.GetAsync(ArGuid(1), None))!.Invocation.Outputs.ShouldBeNull();
    }
}
