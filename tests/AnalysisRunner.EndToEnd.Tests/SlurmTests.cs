using AnalysisRunner.Contracts;
using AnalysisRunner.EndToEnd.Tests.Fixtures;
using AnalysisRunner.Tests.Shared;

namespace AnalysisRunner.EndToEnd.Tests;

/// <summary>The whole way with a cluster at its end: a build submits a sample to a server whose engine is Slurm; its driver and its jobs are jobs of Slurm.</summary>
public sealed class SlurmTests(SlurmFixture cluster) : IClassFixture<SlurmFixture>
{
    [SlurmFact]
    public async Task HelloBatch_runs_on_the_cluster_driver_and_jobs()
    {
        File.Exists(cluster.Configuration).ShouldBeTrue();
        await using var analysis = await AnalysisRepository.CreateAsync();
        await using var remote = await HostedRemote.CreateAsync(analysis);
        await using var server = await SlurmServer.StartAsync(remote);

        var submit = await server.SubmitAsync(analysis, remote);

        submit.ExitCode.ShouldBe(0, submit.Output);
        var run = await ShouldHaveSucceededOnTheCluster(server);
        run.Steps.Select(step => (step.Name, step.ExitCode)).ShouldBe([("checkout", 0), ("build", 0), ("run", 0)]);
        (await server.JobLogAsync(run.Batches[0].Key, 2)).ShouldBe("Hello, World\n");
    }

    [SlurmAndFusionFact]
    public async Task FusionDetection_finds_on_the_cluster_what_was_planted()
    {
        await using var analysis = await AnalysisRepository.CreateAsync(sample: "FusionDetection");
        await using var remote = await HostedRemote.CreateAsync(analysis);
        await using var server = await SlurmServer.StartAsync(remote);

        var submit = await server.SubmitAsync(analysis, remote);

        submit.ExitCode.ShouldBe(0, submit.Output);
        await ShouldHaveSucceededOnTheCluster(server);
        // By their content, and without the sample's own code.
        await using var check = Command.Start(Path.Combine(Product.RepositoryRoot, ".ci", "check-fusion"), [server.Storage], analysis.Root, new Dictionary<string, string>());
        (await check.EndAsync()).ShouldBe(0, check.Output);
    }

    private static async Task<Invocation> ShouldHaveSucceededOnTheCluster(SlurmServer server)
    {
        var run = (await server.Api().ListInvocationsAsync(10, CancellationToken.None)).ShouldHaveSingleItem();
        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        var batch = run.Batches.ShouldHaveSingleItem();
        batch.State.ShouldBe(BatchState.Succeeded, batch.Reason);
        // The comment of an array names its batch. The controller keeps what has ended for some minutes.
        var queue = (await SlurmTestCluster.RunAsync("squeue", "--noheader", "--array", "--states=all", "--format=%P %T %k")).Split('\n');
        queue.Count(line => line.StartsWith("drivers COMPLETED ", StringComparison.Ordinal) && line.Contains($"/{run.ArGuid}/", StringComparison.Ordinal)).ShouldBe(1, string.Join('\n', queue));
        queue.Count(line => line.StartsWith("main COMPLETED ", StringComparison.Ordinal) && line.Contains($"/{batch.Key}/", StringComparison.Ordinal)).ShouldBe(batch.Jobs.Succeeded, string.Join('\n', queue));
        return run;
    }
}

/// <summary>One cluster for the tests of a class.</summary>
public sealed class SlurmFixture : SlurmTestCluster, IAsyncLifetime;

/// <summary>A test that needs a cluster.</summary>
public sealed class SlurmFactAttribute : FactAttribute
{
    public SlurmFactAttribute() => Skip = SlurmTestCluster.Missing;
}

/// <summary>A test that needs a cluster and the programs that the sample FusionDetection runs.</summary>
public sealed class SlurmAndFusionFactAttribute : FactAttribute
{
    public SlurmAndFusionFactAttribute()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        Skip = SlurmTestCluster.Missing
            ?? (Array.Find(["PicardCommandLine", "kallisto", "pizzly", "samtools", "python3"], program => !folders.Any(folder => File.Exists(Path.Combine(folder, program)))) is { } missing ? $"{missing} is not installed"
                : File.Exists("/usr/share/doc/kallisto/test/transcripts.gtf.gz") ? null : "the examples of kallisto are not installed");
    }
}
