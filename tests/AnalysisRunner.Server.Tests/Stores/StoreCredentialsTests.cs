using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Storage;
using AnalysisRunner.Storage.Gcs;
using AnalysisRunner.Storage.TestServers.Gcs;

namespace AnalysisRunner.Server.Tests.Stores;

/// <summary>Whose jobs use the server's own credentials for object stores.</summary>
public sealed class StoreCredentialsTests
{
    private const string Variable = "AWS_SESSION_TOKEN";

    private const string Datasets = TestServer.DefaultDatasets +
        """
        [datasets.lent]
        repositories = ["demo"]
        members = ["alice@example.org"]
        unenforced = true
        store_credentials = "server"

        """;

    [GitFact]
    public async Task Their_variables_reach_the_jobs_of_datasets_that_are_lent_them_and_no_file()
    {
        var secret = $"lent-{Guid.NewGuid():N}";
        Environment.SetEnvironmentVariable(Variable, secret);
        try
        {
            await using var server = await TestServer.StartAsync(Datasets);
            var request = TestServer.Request(server.PushScript($"echo \"length ${{#{Variable}}}\" 2>/dev/null || echo none"), "./run.sh");

            var lent = await server.RunAsync(request with { Dataset = "lent" });
            var other = await server.RunAsync(request);

            lent.State.ShouldBe(InvocationState.Succeeded, lent.Reason);
            (await server.LogOfAsync(lent.ArGuid)).ShouldContain($"length {secret.Length}");
            (await server.LogOfAsync(other.ArGuid)).ShouldNotContain($"length {secret.Length}");
            foreach (var file in Directory.EnumerateFiles(server.State, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith("lock", StringComparison.Ordinal)))
                (await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(secret)).ShouldBe(-1, file);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, null);
        }
    }

    [GitFact]
    public async Task Inputs_and_outputs_in_a_bucket_are_brought_for_datasets_that_are_lent_them_and_refused_for_others()
    {
        await using var google = await GcsTestServer.StartAsync();
        google.Buckets.Create("data");
        await using var store = new GcsStore(new GcsStoreOptions { Endpoint = google.Endpoint });
        await store.WriteAsync(StoragePath.Parse("gs://data/in"), new MemoryStream("content"u8.ToArray()));
        await using var server = await TestServer.StartAsync(Datasets, prepare: server => server.Stores = () => new ObjectStores(new GcsStore(new GcsStoreOptions { Endpoint = google.Endpoint })));
        // A driver that runs until it is told that its batches are there.
        var request = TestServer.Request(server.PushScript("until [ -e \"$1\" ]; do sleep 0.05; done"), "./run.sh", Path.Combine(server.Repository.Root, "go"));
        var (lent, other) = (await server.SubmitAsync(request with { Dataset = "lent" }), await server.SubmitAsync(request));

        using var driver = await server.DriverAsync(lent.ArGuid);
        using var otherDriver = await server.DriverAsync(other.ArGuid);

        await driver.SubmitBatchAsync(Batch(lent.ArGuid, "copied", "cp \"$BATCH_TMPDIR/in\" \"$BATCH_TMPDIR/out\""), TestRunner.Limit());
        await driver.SubmitBatchAsync(Batch(lent.ArGuid, "failed", "echo half > \"$BATCH_TMPDIR/out\"; exit 1"), TestRunner.Limit());
        // Whatever a batch says of itself, it is its invocation's.
        var pretending = Batch(other.ArGuid, "copied", "true") with { Attributes = new Dictionary<string, string> { ["ar-guid"] = other.ArGuid, ["dataset"] = "lent" } };
        var refused = await Should.ThrowAsync<AnalysisRunnerException>(otherDriver.SubmitBatchAsync(pretending, TestRunner.Limit()));

        refused.Problems.Select(problem => problem.Code).ShouldBe([StoreCodes.CredentialsNotLent, StoreCodes.CredentialsNotLent]);
        refused.Message.ShouldContain("\"gs://data/in\"");
        await File.WriteAllTextAsync(Path.Combine(server.Repository.Root, "go"), "");
        (await server.EndOfAsync(lent.ArGuid)).State.ShouldBe(InvocationState.Failed);
        (await store.FindAsync(StoragePath.Parse("gs://data/copied")))!.Length.ShouldBe(7);
        (await store.FindAsync(StoragePath.Parse("gs://data/failed"))).ShouldBeNull();
        await server.EndOfAsync(other.ArGuid);
    }

    private static BatchSpec Batch(string arGuid, string name, string command) => new()
    {
        Key = name,
        Name = name,
        Attributes = new Dictionary<string, string> { ["ar-guid"] = arGuid },
        Jobs = [new JobSpec { Id = 1, Name = name, Command = command, InputFiles = [new("gs://data/in", "in")], OutputFiles = [new("out", $"gs://data/{name}")] }],
    };
}
