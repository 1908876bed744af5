using System.Text;
using Amazon.Runtime;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Storage;
using AnalysisRunner.Storage.Gcs;
using AnalysisRunner.Storage.S3;
using AnalysisRunner.Storage.TestServers.Ceph;
using AnalysisRunner.Storage.TestServers.Faults;
using AnalysisRunner.Storage.TestServers.Gcs;

namespace AnalysisRunner.Server.Tests.Stores;

/// <summary>A server whose config store and storage are object stores.</summary>
public sealed class ConfigStoreTests
{
    [GitFact]
    public async Task Configs_templates_and_storage_are_in_Google_buckets()
    {
        await using var google = await GcsTestServer.StartAsync();
        google.Buckets.Create("configs");
        google.Buckets.Create("cpg-ds1-test");
        await RunsWithAsync(() => new GcsStore(new GcsStoreOptions { Endpoint = google.Endpoint }), "gs");
    }

    [GitAndCephFact]
    public async Task Configs_templates_and_storage_are_in_S3_buckets()
    {
        await using var ceph = await CephGateway.StartAsync();
        await ceph.CreateBucketAsync("configs");
        await ceph.CreateBucketAsync("cpg-ds1-test");
        await RunsWithAsync(
            () => new S3Store(new S3StoreOptions { Endpoint = ceph.Endpoint, Credentials = new BasicAWSCredentials(CephGateway.AccessKey, CephGateway.SecretKey) }), "s3");
    }

    private static async Task RunsWithAsync(Func<IObjectStore> open, string scheme)
    {
        await using var store = open();
        foreach (var (name, text) in new[]
        {
            ("infrastructure.toml", "[infrastructure]\nmembers_cache_location = \"/members\"\n"), ("images/images.toml", ""), ("references/references.toml", "[references]\ngenome_build = \"GRCh38\"\n"),
            ("storage/gcp/ds1-test.toml", ""),
        })
            await store.WriteAsync(StoragePath.Parse($"{scheme}://configs/runs/templates/{name}"), new MemoryStream(Encoding.UTF8.GetBytes(text)));
        await using var server = await TestServer.StartAsync(
            more: $"config_store = \"{scheme}://configs/runs\"\nstorage = \"{scheme}://cpg-{{dataset}}-{{namespace}}\"", prepare: server => server.Stores = () => new ObjectStores(open()));

        var run = await server.RunAsync(TestServer.Request(server.PushScript("cat \"$CPG_CONFIG_PATH\""), "./run.sh"));

        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        run.ConfigPath.ShouldBe($"{scheme}://configs/runs/{run.ArGuid}.toml");
        run.OutputPath.ShouldBe($"{scheme}://cpg-ds1-test/default/{run.OutputPrefix}");
        using var http = server.Http(server.Issuer.Token());
        var config = await http.GetStringAsync($"/api/v1/invocations/{run.ArGuid}/config");
        config.ShouldContain($"default = \"{scheme}://cpg-ds1-test/default\"");
        config.ShouldContain("genome_build = \"GRCh38\"");
        (await http.GetStringAsync($"/api/v1/invocations/{run.ArGuid}/config?explain=true")).ShouldContain("templates/references/references.toml");
        var published = await store.OpenReadAsync(StoragePath.Parse(run.ConfigPath));
        (await new StreamReader(published).ReadToEndAsync()).ShouldBe(config);
        run.ConfigSha256.ShouldBe(published.Info.Sha256);
        // This dataset's jobs have no credentials for the bucket; its driver reads a copy.
        (await server.LogOfAsync(run.ArGuid)).ShouldContain(config.Trim().Split('\n')[0]);
    }

    [GitFact]
    public async Task A_store_that_refuses_the_server_keeps_it_from_starting_and_one_that_is_down_does_not()
    {
        await using var google = await GcsTestServer.StartAsync();
        var refused = await Should.ThrowAsync<AnalysisRunnerException>(StartAsync(google));
        refused.Problems.ShouldHaveSingleItem().Code.ShouldBe(StoreCodes.ConfigStoreUnusable);
        refused.Message.ShouldContain("\"configs\"");

        google.Buckets.Create("configs");
        google.Faults.Next(request => request.StartsWith("GET", StringComparison.Ordinal), Fault.Before(503));
        await using var server = await StartAsync(google);
        google.Faults.Next(request => request.StartsWith("GET", StringComparison.Ordinal), Fault.Before(503));
        using var http = server.Http(server.Issuer.Token());
        using var answer = await http.PostAsync("/config", new StringContent("""{"dataset": "ds1", "output": "o", "accessLevel": "test"}"""));
        (await answer.Content.ReadAsStringAsync()).ShouldContain(StoreCodes.ConfigStoreUnusable);

        // A client sends a submission again when the server has said 503.
        google.Faults.Next(request => request.StartsWith("GET", StringComparison.Ordinal), Fault.Before(503));
        (await server.RunAsync(TestServer.Request(server.PushScript("true"), "./run.sh"))).State.ShouldBe(InvocationState.Succeeded);

        static Task<TestServer> StartAsync(GcsTestServer google) => TestServer.StartAsync(
            more: "config_store = \"gs://configs\"", prepare: server => server.Stores = () => new ObjectStores(new GcsStore(new GcsStoreOptions { Endpoint = google.Endpoint, Attempts = 1 })));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_published_is_published_once(bool isBucket)
    {
        await using var google = await GcsTestServer.StartAsync();
        google.Buckets.Create("configs");
        await using var stores = new ObjectStores(new GcsStore(new GcsStoreOptions { Endpoint = google.Endpoint }));
        var files = new Server.Stores.ConfigFiles(stores);
        var folder = Directory.CreateTempSubdirectory("configs-");
        var address = isBucket ? "gs://configs/x.toml" : Path.Combine(folder.FullName, "x.toml");
        (await files.ReadAsync(address, TestRunner.Limit())).ShouldBeNull();

        // A second time is what recovery does after a crash.
        await files.CreateOnceAsync(address, "a = 1", TestRunner.Limit());
        await files.CreateOnceAsync(address, "a = 1", TestRunner.Limit());

        var refused = await Should.ThrowAsync<AnalysisRunnerException>(files.CreateOnceAsync(address, "a = 2", TestRunner.Limit()));
        refused.Problems.ShouldHaveSingleItem().Code.ShouldBe(StoreCodes.ConfigDiffers);
        (await files.ReadAsync(address, TestRunner.Limit())).ShouldBe("a = 1"u8.ToArray());
        folder.Delete(recursive: true);
    }
}
