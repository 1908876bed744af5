using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Record;

namespace AnalysisRunner.Server.Tests.Durability;

/// <summary>Two server programs, each with its own state folder, on one PostgreSQL database.</summary>
public sealed class TwoServersTests
{
    [CurlAndPostgresFact]
    public async Task Two_servers_share_the_work_and_nothing_runs_twice_when_one_is_killed()
    {
        var database = await PostgresCluster.CreateDatabaseAsync();
        await using var server = await DurableServer.CreateAsync($"database = \"{database}\"");
        await using var second = server.AddProgram(Path.Combine(server.Root, "second-state"), $"database = \"{database}\"");
        (await server.Program.StartAsync()).ShouldBeTrue(string.Join('\n', server.Program.Log));
        (await second.StartAsync()).ShouldBeTrue(string.Join('\n', second.Log));

        // One key at both at once is one invocation.
        var both = await Task.WhenAll(server.SubmitAsync("both"), server.SubmitAsync("both", second));
        both[0].ShouldBe(both[1]);
        await server.EndOfAsync(both[0], second);
        server.Hold();
        var held = await server.SubmitAsync("held");
        await server.StartedAsync(held);
        await server.Program.KillAsync();

        // The other goes on with its own, shows what the killed one left, and leaves it alone: its driver may be running.
        server.Release();
        var own = await server.EndOfAsync(await server.SubmitAsync("own", second), second);
        own.IsFinal.ShouldBeTrue();
        using (var api = second.Connect(server.Issuer)) (await api.GetInvocationAsync(held, TestRunner.Limit())).IsFinal.ShouldBeFalse();
        await second.KillAsync();
        (await second.StartAsync()).ShouldBeTrue(string.Join('\n', second.Log));
        using (var api = second.Connect(server.Issuer)) (await api.GetInvocationAsync(held, TestRunner.Limit())).IsFinal.ShouldBeFalse();

        (await server.Program.StartAsync()).ShouldBeTrue(string.Join('\n', server.Program.Log));
        await server.EndOfAsync(held, second);
        await server.ShouldHaveLostAndDoubledNothingAsync(second);
        await PostgresCluster.DropDatabaseAsync(database);
    }
}
