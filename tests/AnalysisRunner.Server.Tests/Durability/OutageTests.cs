using System.Net;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Record;

namespace AnalysisRunner.Server.Tests.Durability;

/// <summary>The real server while the database is away, the disk is full, or the clock goes back: it says so, loses nothing, and goes on by itself.</summary>
public sealed class OutageTests
{
    [CurlAndPostgresFact]
    public async Task While_the_database_is_away_nothing_is_accepted_and_what_runs_ends_recorded()
    {
        using var postgres = new PostgresServer();
        await postgres.ExecuteAsync("CREATE DATABASE record");
        await using var server = await DurableServer.CreateAsync($"database = \"{postgres.ConnectionString("record")}\"");
        (await server.Program.StartAsync()).ShouldBeTrue(string.Join('\n', server.Program.Log));
        await server.EndOfAsync(await server.SubmitAsync("before"));
        server.Hold();
        var running = await server.SubmitAsync("running");
        await server.StartedAsync(running);
        (await server.ReadyAsync()).ShouldBe((HttpStatusCode.OK, "ready\n"));

        postgres.Stop();
        var (status, text) = await server.ReadyAsync();
        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        text.ShouldStartWith("unavailable\ndatabase: " + DurabilityCodes.RecordUnavailable);
        using (var refused = await server.TrySubmitAsync("meanwhile"))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            refused.Headers.RetryAfter.ShouldNotBeNull();
            (await refused.Content.ReadAsStringAsync()).ShouldContain(DurabilityCodes.RecordUnavailable);
        }
        // Its driver goes on, and ends while nothing can be recorded.
        server.Release();
        postgres.Start();

        (await server.EndOfAsync(running)).State.ShouldBe(InvocationState.Succeeded);
        await server.SubmitAsync("meanwhile");
        await server.ShouldHaveLostAndDoubledNothingAsync();
        await server.ReadyAgainAsync();
    }

    [SmallDiskFact]
    public async Task While_the_disk_is_full_nothing_is_accepted_and_what_was_accepted_runs_when_there_is_room()
    {
        using var disk = SmallDisk.Mount();
        await using var server = await DurableServer.CreateAsync(state: Path.Combine(disk.Folder, "state"));
        (await server.Program.StartAsync()).ShouldBeTrue(string.Join('\n', server.Program.Log));
        await server.EndOfAsync(await server.SubmitAsync("before"));
        server.Hold();
        var running = await server.SubmitAsync("running");
        await server.StartedAsync(running);

        disk.Fill();
        var (status, text) = await server.ReadyAsync();
        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        text.ShouldContain($"disk: {DurabilityCodes.DiskFull}");
        var accepted = new List<string>();
        for (var i = 0; ; i++)
        {
            // The log has a little room in what it has already written; then it has none.
            using var answer = await server.TrySubmitAsync($"meanwhile-{i}");
            if (answer.StatusCode == HttpStatusCode.Accepted)
            {
                accepted.Add($"meanwhile-{i}");
                continue;
            }
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, await answer.Content.ReadAsStringAsync());
            (await answer.Content.ReadAsStringAsync()).ShouldContain(DurabilityCodes.DiskFull);
            break;
        }
        server.Release();
        disk.Empty();

        // One key, one invocation: whoever had been accepted is told the same.
        foreach (var key in accepted.Append("after")) await server.SubmitAsync(key);
        await server.ShouldHaveLostAndDoubledNothingAsync();
        await server.ReadyAgainAsync();
        await server.Program.StopAsync();
    }

    [Code.GitFact]
    public async Task A_clock_that_goes_back_is_shown_and_changes_no_order()
    {
        var time = new ShiftedTime();
        await using var runner = await TestRunner.StartAsync(change: options => options with { Time = time });
        using var http = runner.Http();
        var first = await runner.RunAsync(runner.Script("true"));
        (await http.GetStringAsync("/readyz")).ShouldBe("ready\n");

        time.Shift = TimeSpan.FromHours(-2);
        var second = await runner.RunAsync(runner.Script("true"));

        second.State.ShouldBe(InvocationState.Succeeded, second.Reason);
        (await runner.Api.ListInvocationsAsync(10, TestRunner.Limit())).Select(run => run.ArGuid).ShouldBe([second.ArGuid, first.ArGuid]);
        // An answer stands for a second.
        var text = "ready\n";
        while (text == "ready\n") text = await http.GetStringAsync("/readyz", TestRunner.Limit());
        text.ShouldStartWith("degraded\nclock: ");
    }

    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }
}
