using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Sending;

namespace AnalysisRunner.Submission.Tests;

/// <summary>When a submission is the same one again.</summary>
public sealed class SubmissionKeysTests : IDisposable
{
    private static readonly SubmissionRequest Request = new() { Dataset = "fewgenomes", Commit = new string('a', 40) };
    private static readonly DateTimeOffset Noon = new(2024, 5, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly StoppedClock _clock = new() { Now = Noon };

    [Fact]
    public async Task A_second_click_while_the_first_was_under_way_has_its_key()
    {
        var first = await DeliverAsync(begunAt: Noon);
        _clock.Now = Noon.AddSeconds(3);
        // The first was delivered at noon, and this one begun a second later: it is meant.
        (await DeliverAsync(begunAt: Noon.AddSeconds(1))).ShouldNotBe(first);

        _clock.Now = Noon.AddSeconds(10);
        var third = await DeliverAsync(begunAt: Noon.AddSeconds(8));
        (await DeliverAsync(begunAt: Noon.AddSeconds(9))).ShouldBe(third);
    }

    [Fact]
    public async Task The_second_waits_until_the_first_is_delivered()
    {
        var first = await TakeAsync(Noon);
        var second = TakeAsync(Noon);
        second.IsCompleted.ShouldBeFalse();
        first.Delivered();
        first.Dispose();
        using var turn = await second;
        (turn.Key, turn.IsRepeated).ShouldBe((first.Key, true));
    }

    [Fact]
    public async Task One_that_may_not_have_arrived_is_sent_again_with_its_key_and_only_once()
    {
        string lost;
        using (var turn = await TakeAsync(Noon)) lost = turn.Key;
        _clock.Now = Noon.AddDays(1);
        (await DeliverAsync(begunAt: Noon.AddDays(1).AddSeconds(-1))).ShouldBe(lost);
        (await DeliverAsync(begunAt: Noon.AddDays(1).AddSeconds(1))).ShouldNotBe(lost);
    }

    [Fact]
    public async Task One_that_was_refused_is_over()
    {
        string refused;
        using (var turn = await TakeAsync(Noon))
        {
            refused = turn.Key;
            turn.Refused();
        }
        (await DeliverAsync(begunAt: Noon)).ShouldNotBe(refused);
    }

    [Fact]
    public async Task Another_request_or_another_server_is_another_submission()
    {
        string first;
        using (var turn = await TakeAsync(Noon)) first = turn.Key;
        using (var turn = await TakeAsync(Noon, request: Request with { AccessLevel = "full" })) turn.Key.ShouldNotBe(first);
        using (var turn = await TakeAsync(Noon, server: "https://other.example.org")) turn.Key.ShouldNotBe(first);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ cut sho")]
    public async Task A_file_that_says_nothing_is_as_good_as_none(string content)
    {
        _folder.Write("keys.json", content);
        using var turn = await TakeAsync(Noon);
        turn.IsRepeated.ShouldBeFalse();
    }

    [Fact]
    public async Task Says_when_another_build_does_not_end()
    {
        using var first = await TakeAsync(Noon);
        var impatient = new SubmissionKeys(_folder["keys.json"], TimeProvider.System, TimeSpan.Zero);
        (await Should.ThrowAsync<AnalysisRunnerException>(() => impatient.TakeAsync("server", Request, Noon, default)))
            .Problems.ShouldHaveSingleItem().Code.ShouldBe(BuildCodes.SubmissionInFlight);
    }

    [Fact]
    public async Task Says_when_the_folder_cannot_be_made()
    {
        var keys = new SubmissionKeys(Path.Combine(_folder.Write("file", ""), "obj", "keys.json"), TimeProvider.System, TimeSpan.Zero);
        (await Should.ThrowAsync<AnalysisRunnerException>(() => keys.TakeAsync("server", Request, Noon, default)))
            .Problems.ShouldHaveSingleItem().Code.ShouldBe(BuildCodes.SubmissionFileNotWritable);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<string> DeliverAsync(DateTimeOffset begunAt)
    {
        using var turn = await TakeAsync(begunAt);
        turn.Delivered();
        return turn.Key;
    }

    private Task<SubmissionTurn> TakeAsync(DateTimeOffset begunAt, SubmissionRequest? request = null, string server = "server") =>
        new SubmissionKeys(_folder["keys.json"], _clock, TimeSpan.FromMinutes(1)).TakeAsync(server, request ?? Request, begunAt, default);
}

/// <summary>A clock that moves when it is told to.</summary>
internal sealed class StoppedClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => Now.UtcTicks;
}
