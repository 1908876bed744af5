using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Record;
using AnalysisRunner.Server.Tests.Runs;

namespace AnalysisRunner.Server.Tests.Hosting;

/// <summary>Two servers with one PostgreSQL database.</summary>
public sealed class SharedDatabaseTests : IAsyncLifetime
{
    private string _database = "";

    public async Task InitializeAsync() => _database = await PostgresCluster.CreateDatabaseAsync();

    public Task DisposeAsync() => PostgresCluster.DropDatabaseAsync(_database);

    [GitAndPostgresFact]
    public async Task A_server_leaves_the_runs_of_another_alone_and_shows_them()
    {
        await using var first = await StartAsync();
        using var gate = new Gate(first.Repository.Root);
        var runs = Path.Combine(first.Repository.Root, "runs");
        var held = await SubmitHeldAsync(first, gate, $"echo ran >> '{runs}'");

        // It starts while the other's run is unfinished, and is busy with its own for a while.
        await using var second = await StartAsync();
        var own = await second.RunAsync(TestServer.Request(second.PushScript("true"), "./run.sh"));
        own.State.ShouldBe(InvocationState.Succeeded, own.Reason);
        gate.Open();
        var run = await first.EndOfAsync(held);

        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        File.ReadAllLines(runs).ShouldBe(["ran"]);
        foreach (var server in new[] { first, second })
        {
            using var api = server.Connect();
            (await api.ListInvocationsAsync(10, TestRunner.Limit())).Select(one => one.ArGuid).ShouldBe([own.ArGuid, held]);
        }
    }

    [GitAndPostgresFact]
    public async Task A_run_is_cancelled_by_way_of_any_server()
    {
        await using var first = await StartAsync();
        using var gate = new Gate(first.Repository.Root);
        var held = await SubmitHeldAsync(first, gate, "true");
        await using var second = await StartAsync();

        using var api = second.Connect();
        await api.CancelAsync(held, TestRunner.Limit());

        (await second.EndOfAsync(held)).State.ShouldBe(InvocationState.Cancelled);
    }

    private Task<TestServer> StartAsync() => TestServer.StartAsync(more: $"database = \"{_database}\"");

    /// <summary>Starts a run that waits at the gate after the command.</summary>
    private static async Task<string> SubmitHeldAsync(TestServer server, Gate gate, string command)
    {
        var sha = server.PushScript($"{command}\ncat '{gate.Path}'");
        var arGuid = (await server.SubmitAsync(TestServer.Request(sha, "./run.sh"))).ArGuid;
        await foreach (var change in server.InvocationLog.FollowEventsAsync(arGuid, 0, TestRunner.Limit()))
        {
            if (change is { Type: "step", Detail: "run: started" }) break;
        }
        return arGuid;
    }
}
