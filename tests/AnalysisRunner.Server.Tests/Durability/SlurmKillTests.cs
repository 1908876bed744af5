using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Tests.Shared;

namespace AnalysisRunner.Server.Tests.Durability;

/// <summary>The real server is killed with <c>kill -9</c> while drivers and jobs run on a cluster: what Slurm has goes on, and the next server knows of all of it.</summary>
[Collection(SlurmTests.Name)]
public sealed class SlurmKillTests
{
    private const string Settings = "engine = \"slurm\"\n\n[slurm]\npartition = \"main\"\ndriver_partition = \"drivers\"\nvisibility_limit = \"5s\"\n";

    [CurlAndSlurmFact]
    public async Task A_server_that_is_killed_in_the_middle_of_a_batch_loses_nothing_and_runs_nothing_twice()
    {
        const int Width = 6;
        // Three steps for each of six samples. The second step of the third sample waits for a word; the other samples do not wait for it.
        await using var server = await DurableServer.CreateAsync(Settings, driversAreElsewhere: true, jobs: server => "[" + string.Join(',', Enumerable.Range(1, 3 * Width).Select(id =>
        {
            var wait = id == Width + 3 ? $"touch {server.Root}/waiting; until [ -e {server.Root}/go ]; do sleep 0.02; done; " : "";
            var parents = id > Width ? Digits(id - Width) : "";
            return $$"""{"id":{{Digits(id)}},"name":"job","parents":[{{parents}}],"command":"{{wait}}echo {{Digits(id)}} >> {{server.Jobs}}"}""";
        })) + "]");
        (await server.Program.StartAsync()).ShouldBeTrue(string.Join('\n', server.Program.Log));
        var arGuid = await server.SubmitAsync("one");
        await SlurmTestCluster.UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(server.Root, "waiting"))));

        await server.Program.KillAsync();
        // What happens while there is no server: the rest of the samples, and the word.
        await SlurmTestCluster.UntilAsync(async () => (await File.ReadAllLinesAsync(server.Jobs)).Length == (3 * Width) - 2);
        await File.WriteAllTextAsync(Path.Combine(server.Root, "go"), "");
        (await server.Program.StartAsync()).ShouldBeTrue(string.Join('\n', server.Program.Log));

        var run = await server.EndOfAsync(arGuid);
        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        (await File.ReadAllLinesAsync(server.Jobs)).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).Order().ShouldBe(Enumerable.Range(1, 3 * Width));
        (await File.ReadAllLinesAsync(server.Runs)).ShouldBe([arGuid]);
        using var api = server.Program.Connect(server.Issuer);
        var jobs = await api.GetJobsAsync(run.Batches.ShouldHaveSingleItem().Key, 0, 100, TestRunner.Limit());
        jobs.Count.ShouldBe(3 * Width);
        jobs.ShouldAllBe(job => job.State == JobState.Succeeded && job.Attempts == 1);
    }

    /// <summary>At places between acceptance and end and at random moments, as <see cref="KillTests"/> does it on one machine.</summary>
    [CurlAndSlurmFact]
    public async Task Nothing_is_lost_or_done_twice_wherever_the_server_is_killed()
    {
        await using var server = await DurableServer.CreateAsync(Settings, driversAreElsewhere: true);
        await KillTests.KillAgainAndAgainAsync(server, KillTests.Kills(otherwise: 8));
    }

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A fact whose drivers speak to the server with curl, on a cluster.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CurlAndSlurmFactAttribute : FactAttribute
{
    public CurlAndSlurmFactAttribute() => Skip = CurlRequirement.Missing ?? SlurmTestCluster.Missing;
}
