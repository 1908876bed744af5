using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Tests.Shared;

namespace AnalysisRunner.Server.Tests.Hosting;

/// <summary>A shared server whose engine is a real Slurm cluster: the driver and its jobs are Slurm jobs.</summary>
[Collection(SlurmTests.Name)]
public sealed class SlurmRunTests(SlurmFixture cluster)
{
    private const string Settings =
        """
        engine = "slurm"

        [slurm]
        partition = "main"
        driver_partition = "drivers"
        options = ["nice=10"]

        """;

    [SlurmAndGitFact]
    public async Task Jobs_are_placed_and_charged_by_dataset_and_level()
    {
        const string Datasets =
            """
            [datasets.ds1]
            repositories = ["demo"]
            members = ["alice@example.org"]
            levels = ["test", "standard"]
            unenforced = true

            [datasets.ds1.identity]
            test = { slurm_account = "testing" }

            [datasets.ds1.slurm]
            test = { partition = "drivers", options = ["nice=20"] }

            """;
        await using var server = await TestServer.StartAsync(Datasets, more: "engine = \"slurm\"\n\n[slurm]\npartition = \"main\"\naccount = \"everybody\"\noptions = [\"nice=10\"]\n");
        var sha = server.PushScript("scontrol show job \"$SLURM_JOB_ID\" | grep -oE '(Partition|Account|Nice)=[^ ]+' | tr '\\n' ' '");

        var logs = new List<string>();
        foreach (var level in new[] { "test", "standard" })
        {
            var run = await server.RunAsync(TestServer.Request(sha, "./run.sh") with { AccessLevel = level });
            run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
            run.Unenforced.ShouldBeTrue("an account limits nothing");
            logs.Add(await server.LogOfAsync(run.ArGuid));
        }

        logs[0].ShouldContain("Nice=20 Account=testing Partition=drivers");
        logs[1].ShouldContain("Nice=10 Account=everybody Partition=main");
    }

    [SlurmAndGitFact]
    public async Task A_driver_and_its_jobs_run_on_the_cluster_and_their_logs_are_read()
    {
        File.Exists(cluster.Configuration).ShouldBeTrue();
        await using var server = await TestServer.StartAsync(more: Settings);
        var (token, go) = (Path.Combine(server.Repository.Root, "token"), Path.Combine(server.Repository.Root, "go"));
        var sha = server.PushScript($"""
            echo "driver in $SLURM_JOB_PARTITION for $ANALYSIS_RUNNER_URL"
            cp "$ANALYSIS_RUNNER_TOKEN_FILE" '{token}.new'
            mv '{token}.new' '{token}'
            until [ -e '{go}' ]; do sleep 0.02; done
            """);

        var accepted = await server.SubmitAsync(TestServer.Request(sha, "./run.sh"));
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!File.Exists(token)) await Task.Delay(20, patience.Token);
        var bearer = await File.ReadAllTextAsync(token);
        using var driver = new AnalysisRunnerApi(server.Url, _ => ValueTask.FromResult<string?>(bearer));
        var batch = await driver.SubmitBatchAsync(
            new BatchSpec { Key = "child", Name = "child", Jobs = [new JobSpec { Id = 1, Name = "job", Command = "echo \"job in $SLURM_JOB_PARTITION\"" }, new JobSpec { Id = 2, Name = "job", Command = "true", Parents = [1] }] },
            patience.Token);
        var log = new MemoryStream();
        await foreach (var piece in driver.ReadJobLogAsync(batch.Key, 1, null, 0, true, patience.Token)) log.Write(piece.Span);
        await File.WriteAllTextAsync(go, "");

        var run = await server.EndOfAsync(accepted.ArGuid);
        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        run.Batches.ShouldHaveSingleItem().State.ShouldBe(BatchState.Succeeded);
        System.Text.Encoding.UTF8.GetString(log.ToArray()).ShouldBe("job in main\n");
        // From another machine the server is where users find it.
        (await server.LogOfAsync(accepted.ArGuid)).ShouldContain("driver in drivers for https://runner.example.org\n");
    }
}

/// <summary>One cluster for all tests that need one.</summary>
public sealed class SlurmFixture : SlurmTestCluster, IAsyncLifetime;

/// <summary>The tests that share one cluster; nothing of them runs at the same time.</summary>
[CollectionDefinition(Name)]
public sealed class SlurmTests : ICollectionFixture<SlurmFixture>
{
    public const string Name = "Slurm";
}

/// <summary>A test that needs git and a cluster.</summary>
public sealed class SlurmAndGitFactAttribute : FactAttribute
{
    public SlurmAndGitFactAttribute() => Skip = Code.GitRequirement.Missing ?? SlurmTestCluster.Missing;
}
