using System.Globalization;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Tests.Record;

namespace AnalysisRunner.Server.Tests.Durability;

/// <summary>
/// The real server is killed with <c>kill -9</c> again and again, at each place between acceptance and end and at random moments, while users submit and
/// drivers hand batches over. <c>ANALYSIS_RUNNER_KILLS</c> sets how often; without it, often enough for every place and some moments.
/// </summary>
public sealed class KillTests
{
    private const int SubmissionsPerLife = 2;
    private const int Default = 24;

    internal static int Kills(int otherwise) => int.TryParse(Environment.GetEnvironmentVariable("ANALYSIS_RUNNER_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture, out var kills) ? kills : otherwise;

    [CurlFact]
    public Task Nothing_is_lost_or_done_twice_whenever_the_server_is_killed_on_SQLite() => KillAgainAndAgainAsync("sqlite", Kills(Default), 0);

    [CurlAndPostgresFact]
    public async Task Nothing_is_lost_or_done_twice_whenever_the_server_is_killed_on_PostgreSQL()
    {
        var database = await PostgresCluster.CreateDatabaseAsync();
        // Half as often, from the other half of the places on.
        await KillAgainAndAgainAsync(database, Kills(Default) / 2, Failpoint.All.Count / 2);
        await PostgresCluster.DropDatabaseAsync(database);
    }

    private static async Task KillAgainAndAgainAsync(string database, int kills, int first)
    {
        await using var server = await DurableServer.CreateAsync($"database = \"{database}\"", writesOutputs: true);
        await KillAgainAndAgainAsync(server, kills, first);
    }

    internal static async Task KillAgainAndAgainAsync(DurableServer server, int kills, int first = 0)
    {
        var random = new Random(20260304);
        var waiting = new List<Task>();
        for (var life = 0; life < kills; life++)
        {
            // Each place in turn, at one of its first passes; every fourth life ends at any moment instead.
            var failpoint = life % 4 == 3 ? null : string.Create(CultureInfo.InvariantCulture, $"{Failpoint.All[(first + life - (life / 4)) % Failpoint.All.Count]}:{random.Next(1, 4)}");
            var listens = await server.Program.StartAsync(failpoint);
            for (var i = 0; listens && i < SubmissionsPerLife; i++)
            {
                // Its user tries again when the server is there again: in the next life.
                waiting.Add(server.SubmitAsync($"{life}-{i}"));
            }
            if (failpoint is null) await Task.WhenAny(server.Program.Ended, Task.Delay(random.Next(0, 1500)));
            else await Task.WhenAny(server.Program.Ended, EndOfAllAsync(server, waiting));
            await server.Program.KillAsync();
        }

        (await server.Program.StartAsync()).ShouldBeTrue(string.Join('\n', server.Program.Log));
        await Task.WhenAll(waiting);
        server.Accepted.Count.ShouldBe(waiting.Count);
        await server.ShouldHaveLostAndDoubledNothingAsync();
        await server.Program.StopAsync();
    }

    /// <summary>Ends when everything that was submitted has ended: then the place is passed no more, and the life goes by without a use of it.</summary>
    private static async Task EndOfAllAsync(DurableServer server, IReadOnlyList<Task> waiting)
    {
        await Task.WhenAll(waiting);
        foreach (var arGuid in server.Accepted.Values.TakeLast(SubmissionsPerLife)) await server.EndOfAsync(arGuid);
    }
}
