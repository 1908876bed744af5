using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;
using static AnalysisRunner.Server.Tests.Record.Samples;

namespace AnalysisRunner.Server.Tests.Record;

public abstract partial class InvocationLogContract
{
    [ContractFact]
    public async Task Parallel_events_have_gapless_increasing_sequences()
    {
        var guid = await RecordOneAsync();
        var guid2 = await RecordOneAsync(2);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(
            () => Log.SetStepAsync(i % 2 == 0 ? guid : guid2, new InvocationStep($"s{i}", Noon, null, null), None))));
        foreach (var one in new[] { guid, guid2 })
        {
            (await Log.ListEventsAsync(one, 0, 1000, None)).Select(e => e.Sequence).ShouldBe(Enumerable.Range(1, 101).Select(i => (long)i));
            (await Log.GetAsync(one, None))!.Invocation.Steps.Count.ShouldBe(100);
        }
    }

    [ContractFact]
    public async Task What_the_images_of_a_batch_mean_is_noted_each_time_and_not_after_the_end()
    {
        var guid = await RecordOneAsync();
        await Log.NoteImagesAsync(guid, "sum", [("host/a:1", "host/a@sha256:1"), ("host/b:1", "host/b@sha256:1")], None);
        await Log.NoteImagesAsync(guid, "sum", [("host/a:1", "host/a@sha256:2")], None);
        await Log.ChangeStateAsync(guid, new StateChange(InvocationState.Failed), None);
        await Log.NoteImagesAsync(guid, "sum", [("host/a:1", "host/a@sha256:3")], None);
        await Log.NoteImagesAsync(ArGuid(99), "sum", [("host/a:1", "host/a@sha256:3")], None);

        (await Log.ListEventsAsync(guid, 1, 100, None)).Select(found => (found.Type, found.Detail)).ShouldBe([
            ("batch", "sum: host/a:1 is host/a@sha256:1"), ("batch", "sum: host/b:1 is host/b@sha256:1"), ("batch", "sum: host/a:1 is host/a@sha256:2"), ("state", "failed")]);
    }

    [ContractFact]
    public async Task Followers_see_every_event_and_stop_at_the_end()
    {
        var guid = await RecordOneAsync();
        var followers = Enumerable.Range(0, 10).Select(_ => Task.Run(() => FollowAsync(guid, 0))).ToArray();
        await Log.ChangeStateAsync(guid, new StateChange(InvocationState.Running), None);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Log.SetStepAsync(guid, new InvocationStep($"s{i}", Noon, null, null), None)));
        await Log.ChangeStateAsync(guid, new StateChange(InvocationState.Failed, "exit 1"), None);

        foreach (var seen in await Task.WhenAll(followers))
        {
            seen.Select(one => one.Sequence).ShouldBe(Enumerable.Range(1, 53).Select(i => (long)i));
            seen[^1].Detail.ShouldBe("failed: exit 1");
        }
        (await FollowAsync(guid, 51)).Select(one => one.Sequence).ShouldBe([52, 53]);
        (await FollowAsync(guid, 53)).ShouldBeEmpty();
        (await FollowAsync(guid, 1000)).ShouldBeEmpty();
    }

    [ContractFact]
    public async Task Waiting_followers_end_with_their_reader_and_with_the_log()
    {
        var guid = await RecordOneAsync();
        using var gone = new CancellationTokenSource();
        await using (var follower = Log.FollowEventsAsync(guid, 0, gone.Token).GetAsyncEnumerator(None))
        {
            (await follower.MoveNextAsync()).ShouldBeTrue();
            var waiting = follower.MoveNextAsync().AsTask();
            await gone.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(waiting);
        }

        await using var other = Log.FollowEventsAsync(guid, 1, None).GetAsyncEnumerator(None);
        var end = other.MoveNextAsync().AsTask();
        await Log.DisposeAsync();
        (await end).ShouldBeFalse();
    }

    private async Task<IReadOnlyList<InvocationEvent>> FollowAsync(string guid, long after)
    {
        var seen = new List<InvocationEvent>();
        await foreach (var one in Log.FollowEventsAsync(guid, after, None)) seen.Add(one);
        return seen;
    }
}
