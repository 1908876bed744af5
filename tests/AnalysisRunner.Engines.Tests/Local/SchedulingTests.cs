using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Tests.Local;

/// <summary>Who is next, how often and when again.</summary>
public sealed class SchedulingTests : IAsyncLifetime
{
    private TemporaryFolder Folder { get; } = new();
    private LocalEngine _engine = null!;

    private LocalEngineOptions Options => new()
    {
        Directory = Folder["state"],
        MilliCpu = 1000,
        MemoryBytes = 1 << 30,
        KillGrace = TimeSpan.FromMilliseconds(300),
        RetryDelay = TimeSpan.FromMilliseconds(100),
        LongestRetryDelay = TimeSpan.FromMilliseconds(200),
    };

    private string Wait => $"until [ -e '{Folder["go"]}' ]; do sleep 0.01; done";

    public async Task InitializeAsync() => _engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);

    public async Task DisposeAsync()
    {
        await _engine.DisposeAsync();
        Folder.Dispose();
    }

    [UnixFact]
    public async Task What_most_others_wait_for_goes_first()
    {
        // 1 and 2 are alone, 3 has one job after it, 4 has a chain of two and 5 has three children.
        await _engine.RunAsync(Specs.Batch("b", Marking(1, ":"), Marking(2, ":"), Marking(3, ":"), Marking(4, ":"), Marking(5, ":"),
            Marking(6, ":", 3), Marking(7, ":", 4), Marking(8, ":", 7), Marking(9, ":", 5), Marking(10, ":", 5), Marking(11, ":", 5)));

        (await MarksAsync()).ShouldBe([5, 4, 3, 7, 1, 2, 9, 10, 11, 6, 8]);
    }

    [UnixFact]
    public async Task A_large_job_at_the_head_of_its_batch_holds_up_no_small_one_and_gets_its_turn()
    {
        var small = Enumerable.Range(3, 200).Select(id => Marking(id, ":", 1) with { MilliCpu = 200 });
        await _engine.SubmitAsync(Specs.Batch("b", [Marking(1, ":") with { MilliCpu = 200 }, Marking(2, ":", 1) with { MilliCpu = 1000 }, .. small, Marking(203, Wait) with { MilliCpu = 200 }]), CancellationToken.None);
        // Job 203 keeps the large one out until some of the small ones have run.
        await _engine.UntilAsync("b", batch => batch.Jobs.Succeeded >= 20);
        await File.WriteAllTextAsync(Folder["go"], "");

        (await _engine.EndAsync("b")).State.ShouldBe(BatchState.Succeeded);

        var marks = await MarksAsync();
        marks.Length.ShouldBe(203);
        Array.IndexOf(marks, 2).ShouldBeInRange(10, 150);
    }

    [UnixFact]
    public async Task Memory_is_counted_across_batches()
    {
        await _engine.SubmitAsync(Specs.Batch("a", Specs.Job(1, Wait) with { MilliCpu = 1, MemoryBytes = 700 << 20 }), CancellationToken.None);
        await _engine.SubmitAsync(Specs.Batch("b", Specs.Job(1, "true") with { MilliCpu = 1, MemoryBytes = 400 << 20 }, Specs.Job(2, "true") with { MilliCpu = 1, MemoryBytes = 300 << 20 }), CancellationToken.None);

        var batch = await _engine.UntilAsync("b", batch => batch.Jobs.Succeeded == 1);

        batch.Jobs.Ready.ShouldBe(1);
        (await _engine.JobAsync("b", 1)).State.ShouldBe(JobState.Ready);
        await File.WriteAllTextAsync(Folder["go"], "");
        (await _engine.EndAsync("b")).State.ShouldBe(BatchState.Succeeded);
        (await _engine.EndAsync("a")).State.ShouldBe(BatchState.Succeeded);
    }

    /// <summary>One core, two drivers that wait for a batch each: a driver that held the core would wait for ever.</summary>
    [UnixFact]
    public async Task Two_drivers_on_one_core_never_wait_for_each_others_slots()
    {
        string[] names = ["first", "second"];
        foreach (var name in names)
        {
            var driver = Specs.Job(1, $"touch '{Folder[name]}-runs'; until [ -e '{Folder[name]}-done' ]; do sleep 0.01; done") with { MilliCpu = 0, MemoryBytes = 1 << 30 };
            await _engine.SubmitAsync(Specs.Batch($"driver-{name}", driver), CancellationToken.None);
        }
        foreach (var name in names) await UntilThereAsync(Folder[name] + "-runs");

        // Both drivers run; now each hands over its batch, and ends when that has ended.
        await Task.WhenAll(names.Select(async name =>
        {
            await _engine.RunAsync(Specs.Batch(name, [.. Enumerable.Range(1, 10).Select(id => Specs.Job(id, ":") with { MemoryBytes = 1 << 30 })]));
            await File.WriteAllTextAsync(Folder[name] + "-done", "");
        }));

        foreach (var name in names) (await _engine.EndAsync($"driver-{name}")).State.ShouldBe(BatchState.Succeeded);
    }

    [UnixFact]
    public async Task Attempts_are_further_and_further_apart_up_to_a_limit()
    {
        await _engine.RunAsync(Specs.Batch("b", Specs.Job(1, "exit 1") with { Attempts = 4 }));

        var attempts = await _engine.GetAttemptsAsync("b", 1, CancellationToken.None);
        var waits = attempts.Zip(attempts.Skip(1), (before, after) => after.StartedAt - before.FinishedAt!.Value).ToArray();
        waits.Length.ShouldBe(3);
        waits[0].ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(99));
        waits[1].ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(199));
        waits[2].ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(199));
    }

    [UnixFact]
    public async Task A_job_that_waits_for_its_next_attempt_holds_no_slot_can_be_cancelled_and_waits_on_after_reopening()
    {
        await _engine.DisposeAsync();
        _engine = await LocalEngine.OpenAsync(Options with { RetryDelay = TimeSpan.FromHours(1), LongestRetryDelay = TimeSpan.FromHours(1) }, CancellationToken.None);
        await _engine.SubmitAsync(Specs.Batch("b", Specs.Job(1, "exit 1") with { Attempts = 4 }, Specs.Job(2, "true", 1)), CancellationToken.None);
        await _engine.UntilAsync("b", batch => batch.Jobs.Ready == 1);
        (await _engine.RunAsync(Specs.Batch("other", Specs.Job(1, "true")))).State.ShouldBe(BatchState.Succeeded);

        await _engine.DisposeAsync();
        _engine = await LocalEngine.OpenAsync(Options with { RetryDelay = TimeSpan.FromHours(1), LongestRetryDelay = TimeSpan.FromHours(1) }, CancellationToken.None);
        (await _engine.JobAsync("b", 1)).ShouldSatisfyAllConditions(job => job.State.ShouldBe(JobState.Ready), job => job.Attempts.ShouldBe(1));
        await _engine.CancelAsync("b", "enough", CancellationToken.None);

        (await _engine.EndAsync("b")).State.ShouldBe(BatchState.Cancelled);
    }

    private JobSpec Marking(int id, string command, params ReadOnlySpan<int> parents) => Specs.Job(id, $"{command}; echo {id} >> '{Folder["marks"]}'", parents);

    private async Task<int[]> MarksAsync() => [.. (await File.ReadAllLinesAsync(Folder["marks"])).Select(line => int.Parse(line, System.Globalization.CultureInfo.InvariantCulture))];

    private static async Task UntilThereAsync(string path)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!File.Exists(path)) await Task.Delay(5, patience.Token);
    }
}
