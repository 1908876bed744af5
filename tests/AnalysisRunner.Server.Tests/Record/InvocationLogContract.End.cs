using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;
using static AnalysisRunner.Server.Tests.Record.Samples;

namespace AnalysisRunner.Server.Tests.Record;

public abstract partial class InvocationLogContract
{
    private static InvocationOutput Output(string category, string path, OutputChange change = OutputChange.Created, long length = 5) => new()
    {
        Category = category,
        Path = path,
        Change = change,
        Length = length,
        Sha256 = change == OutputChange.Unchanged ? null : new string('b', 64),
        ModifiedAt = Noon.ToUniversalTime(),
        Version = "v1",
    };

    private async Task EndAsync(string arGuid) => (await Log.ChangeStateAsync(arGuid, new StateChange(InvocationState.Succeeded), None)).ShouldBe(StateChangeOutcome.Changed);

    [ContractFact]
    public async Task Outputs_are_listed_in_order_and_counted_once()
    {
        var arGuid = await RecordOneAsync();
        (await Log.BeginOutputsAsync(ArGuid(99), None)).ShouldBeFalse();
        (await Log.BeginOutputsAsync(arGuid, None)).ShouldBeTrue();
        InvocationOutput[] outputs = [Output("default", "a/z"), Output("default", "B", OutputChange.Replaced, 7), Output("default", "é", OutputChange.Unchanged, 100), Output("web", "a")];
        await Log.AddOutputsAsync(arGuid, outputs, None);
        (await Log.GetAsync(arGuid, None))!.Invocation.Outputs.ShouldBeNull();

        await Log.CompleteOutputsAsync(arGuid, null, None);
        await Log.CompleteOutputsAsync(arGuid, "later", None);

        (await Log.GetAsync(arGuid, None))!.Invocation.Outputs.ShouldBe(new OutputsSummary(Time.GetUtcNow(), 3, 17));
        InvocationOutput[] ordered = [outputs[1], outputs[0], outputs[2], outputs[3]];
        (await Log.ListOutputsAsync(arGuid, null, 10, None)).ShouldBe(ordered);
        (await Log.ListOutputsAsync(arGuid, null, 2, None)).ShouldBe(ordered[..2]);
        (await Log.ListOutputsAsync(arGuid, ("default", "a/z"), 10, None)).ShouldBe(ordered[2..]);
        (await Log.BeginOutputsAsync(arGuid, None)).ShouldBeFalse();
    }

    [ContractFact]
    public async Task A_list_that_was_broken_off_begins_anew()
    {
        var arGuid = await RecordOneAsync();
        await Log.BeginOutputsAsync(arGuid, None);
        await Log.AddOutputsAsync(arGuid, [Output("default", "gone"), Output("default", "stays", length: 1)], None);
        await ReopenAsync();

        (await Log.BeginOutputsAsync(arGuid, None)).ShouldBeTrue();
        await Log.AddOutputsAsync(arGuid, [Output("default", "stays", length: 1)], None);
        await Log.AddOutputsAsync(arGuid, [Output("default", "stays", length: 2)], None);
        await Log.CompleteOutputsAsync(arGuid, "why", None);
        await Log.AddOutputsProblemAsync(arGuid, "more", None);
        await Log.AddOutputsProblemAsync(arGuid, "more", None);

        (await Log.ListOutputsAsync(arGuid, null, 10, None)).ShouldBe([Output("default", "stays", length: 2)]);
        (await Log.GetAsync(arGuid, None))!.Invocation.Outputs.ShouldBe(new OutputsSummary(Time.GetUtcNow(), 1, 2, "why more"));
    }

    [ContractFact]
    public async Task That_there_are_no_outputs_is_noted_in_place_of_what_was_broken_off()
    {
        var arGuid = await RecordOneAsync();
        await Log.BeginOutputsAsync(arGuid, None);
        await Log.AddOutputsAsync(arGuid, [Output("default", "gone")], None);

        await Log.ChangeStateAsync(arGuid, new StateChange(InvocationState.Succeeded, HasNoOutputs: true), None);
        (await Log.ListOutputsAsync(arGuid, null, 10, None)).ShouldBeEmpty();
        (await Log.GetAsync(arGuid, None))!.Invocation.Outputs.ShouldBe(new OutputsSummary(Time.GetUtcNow(), 0, 0));

        // An end that does not know leaves it open.
        var other = await RecordOneAsync(2);
        await Log.ChangeStateAsync(other, new StateChange(InvocationState.Failed, "why"), None);
        (await Log.GetAsync(other, None))!.Invocation.Outputs.ShouldBeNull();
    }

    [ContractFact]
    public async Task An_end_that_nobody_is_to_be_told_of_is_not_waiting_to_be_announced()
    {
        var arGuid = await RecordOneAsync();
        await Log.ChangeStateAsync(arGuid, new StateChange(InvocationState.Failed, "why", IsToBeTold: false), None);
        (await Log.ListUnannouncedAsync("here", 10, None)).ShouldBeEmpty();
        (await Log.AnnounceAsync(arGuid, [new("webhook", "late")], None)).ShouldBeFalse();
    }

    [ContractFact]
    public async Task Each_end_is_announced_once_by_the_server_that_has_it()
    {
        var arGuid = await RecordOneAsync(1);
        await RecordOneAsync(2);
        await Log.TryClaimAsync(arGuid, "here", null, None);
        (await Log.ListUnannouncedAsync("here", 10, None)).ShouldBeEmpty();
        await EndAsync(arGuid);

        (await Log.ListUnannouncedAsync("elsewhere", 10, None)).ShouldBeEmpty();
        (await Log.ListUnannouncedAsync("here", 10, None)).ShouldBe([arGuid]);
        NotificationTarget[] targets = [new("webhook", "ops"), new("mail", "alice@example.org")];
        (await Log.AnnounceAsync(arGuid, targets, None)).ShouldBeTrue();
        (await Log.AnnounceAsync(arGuid, [new("webhook", "another")], None)).ShouldBeFalse();
        await ReopenAsync();

        (await Log.ListUnannouncedAsync("here", 10, None)).ShouldBeEmpty();
        (await Log.ListDueNotificationsAsync("elsewhere", 10, None)).ShouldBeEmpty();
        var due = await Log.ListDueNotificationsAsync("here", 10, None);
        due.Select(message => (message.ArGuid, message.Kind, message.Target, message.Attempts, message.FinishedAt)).ShouldBe(
            [(arGuid, "webhook", "ops", 0, Time.GetUtcNow()), (arGuid, "mail", "alice@example.org", 0, Time.GetUtcNow())]);
    }

    [ContractFact]
    public async Task A_message_is_due_until_it_has_arrived_or_is_given_up()
    {
        var arGuid = await RecordOneAsync();
        await EndAsync(arGuid);
        await Log.AnnounceAsync(arGuid, [new("webhook", "ops"), new("mail", "alice@example.org")], None);
        var start = Time.GetUtcNow();
        var due = await Log.ListDueNotificationsAsync("here", 10, None);

        await Log.SetNotificationAsync(due[0].Id, "refused", start.AddSeconds(10), None);
        await Log.SetNotificationAsync(due[1].Id, "no such mailbox", null, None);
        (await Log.ListDueNotificationsAsync("here", 10, None)).ShouldBeEmpty();
        Time.Advance(TimeSpan.FromSeconds(10));
        (await Log.ListDueNotificationsAsync("here", 10, None)).ShouldHaveSingleItem().Attempts.ShouldBe(1);
        await Log.SetNotificationAsync(due[0].Id, null, null, None);
        await Log.SetNotificationAsync(due[0].Id, "too late", start, None);

        (await Log.ListNotificationsAsync(arGuid, None)).ShouldBe(
        [
            new NotificationSummary("webhook", "ops", 2, null, start.AddSeconds(10)),
            new NotificationSummary("mail", "alice@example.org", 1, null, null, "no such mailbox"),
        ]);
    }

    [ContractFact]
    public async Task What_has_not_ended_is_counted()
    {
        (await Log.CountWorkAsync(None)).ShouldBe(new WorkCounts(0, 0, new JobCounts(0, 0, 0, 0, 0, 0)));
        for (var number = 1; number <= 4; number++) await RecordOneAsync(number);
        await Log.ChangeStateAsync(ArGuid(2), new StateChange(InvocationState.Running), None);
        await EndAsync(ArGuid(3));
        await Log.AddBatchAsync(ArGuid(2), Batch("b") with { Jobs = new JobCounts(3, 2, 1, 5, 0, 0) }, None);
        await Log.AddBatchAsync(ArGuid(2), Batch("c", BatchState.Failed), None);

        (await Log.CountWorkAsync(None)).ShouldBe(new WorkCounts(2, 1, new JobCounts(3, 2, 1, 0, 0, 0)));
    }

    [ContractFact]
    public async Task Denials_of_some_datasets_are_found()
    {
        foreach (var dataset in new[] { "ds1", "ds2", null, "ds3", "ds1" }) await Log.RecordDenialAsync(new NewDenial { Dataset = dataset, Problems = [new Problem("AR6051", "no")] }, None);
        (await Log.ListDenialsAsync(10, null, None, ["ds1", "ds3"])).Select(denial => denial.What.Dataset).ShouldBe(["ds1", "ds3", "ds1"]);
        (await Log.ListDenialsAsync(10, null, None, [])).ShouldBeEmpty();
        (await Log.ListDenialsAsync(10, null, None)).Count.ShouldBe(5);
    }
}
