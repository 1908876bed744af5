using AnalysisRunner.Storage.Gcs;
using AnalysisRunner.Storage.TestServers.Gcs;
using Google.Apis.Auth.OAuth2;

namespace AnalysisRunner.Storage.Tests.Gcs;

public sealed class GcsStoreTests : IAsyncLifetime
{
    private static readonly StoragePath X = StoragePath.Parse("gs://bucket/x");

    private GcsTestServer _server = null!;
    private GcsStore _store = null!;

    public async Task InitializeAsync()
    {
        _server = await GcsTestServer.StartAsync();
        _server.Buckets.Create("bucket");
        _server.Buckets.Create("other");
        _store = new GcsStore(new GcsStoreOptions { Endpoint = _server.Endpoint });
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_copy_across_classes_takes_the_calls_that_it_takes()
    {
        _server.Buckets.RewrittenPerCall = 30;
        var original = await _store.PutAsync(X, RandomContent.Of(100));
        var (elsewhere, progress) = (StoragePath.Parse("gs://other/y"), new List<long>());

        var copied = await _store.CopyAsync(X, elsewhere, new WriteOptions { Progress = new Listed(progress) });

        (copied.Sha256, copied.Path).ShouldBe((original.Sha256, elsewhere));
        progress.ShouldBe([30, 60, 90, 100]);
        _server.Faults.Requests.Count(request => request.Contains("rewriteToken", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public async Task A_bucket_whose_requester_pays_needs_a_project()
    {
        await _store.PutAsync(X, "x");
        _server.Buckets.RequesterPays.Add("bucket");
        (await _store.FindAsync(X).RefusedAsync(StorageErrorKind.Denied, StorageCodes.Denied)).Message.ShouldContain("BillingProject");

        await using var paying = new GcsStore(new GcsStoreOptions { Endpoint = _server.Endpoint, BillingProject = "my-project" });
        (await paying.TextAsync(X)).ShouldBe("x");
        (await paying.NamesAsync(X.Parent)).ShouldBe(["x"]);
        await paying.WriteAsync(X, new OneWayStream(RandomContent.Of(9_000_000)));
        await paying.DeleteAsync(X);
    }

    [Fact]
    public async Task Requests_name_the_program_and_carry_the_token()
    {
        await using var store = new GcsStore(new GcsStoreOptions { Endpoint = _server.Endpoint, Credentials = GoogleCredential.FromAccessToken("secret-token") });
        await store.PutAsync(X, "x");

        foreach (var headers in _server.Faults.Headers)
            (headers.Authorization.ToString(), headers.UserAgent.ToString().Split('/')[0]).ShouldBe(("Bearer secret-token", "AnalysisRunner.Storage.Gcs"));
    }

    [Fact]
    public async Task Existence_takes_one_listing_per_folder()
    {
        var paths = Enumerable.Range(0, 20).SelectMany(folder => Enumerable.Range(0, 30).Select(i => StoragePath.Parse($"gs://bucket/out{folder}/{i:00}.vcf"))).ToList();
        foreach (var path in paths.Where((_, i) => i % 2 == 0)) await _store.PutAsync(path, "");
        _server.Faults.Requests.Clear();

        (await _store.ExistAsync(paths)).Count.ShouldBe(300);

        _server.Faults.Requests.Count.ShouldBe(20);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("localhost:9023", "http://localhost:9023/")]
    [InlineData("http://127.0.0.1:9023", "http://127.0.0.1:9023/")]
    [InlineData("https://emulator", "https://emulator/")]
    public void The_emulator_is_found_where_other_clients_find_it(string? value, string? endpoint) =>
        StoreProvider.Emulator(value)?.ToString().ShouldBe(endpoint);

    [Fact]
    public void Settings_that_make_no_sense_are_refused()
    {
        Should.Throw<StorageException>(() => StoreProvider.Emulator("ftp://host")).Code.ShouldBe(StorageCodes.BadSetting);
        foreach (var options in new[] { new GcsStoreOptions { ChunkSize = 1000 }, new GcsStoreOptions { Attempts = 0 }, new GcsStoreOptions { Anonymous = true, Impersonate = "x" }, new GcsStoreOptions { Endpoint = new Uri("ftp://x") } })
            Should.Throw<StorageException>(() => new GcsStore(options)).Code.ShouldBe(StorageCodes.BadSetting);
    }

    [Fact]
    public void The_package_is_found_by_its_scheme()
    {
        using var _ = new EnvironmentVariable(StoreProvider.EmulatorVariable, _server.Endpoint.ToString());
        new ObjectStores().For(X).ShouldBeOfType<GcsStore>();
    }

    [Fact]
    public async Task Misuse_is_told_in_one_line_that_says_what_to_check()
    {
        await _store.PutAsync(X, "x");
        foreach (var work in new Func<StoragePath, Task>[] { path => _store.FindAsync(path), path => _store.PutAsync(path, "x"), path => _store.NamesAsync(path), path => _store.OpenReadAsync(path) })
            (await work(StoragePath.Parse("gs://no-such-bucket/x")).RefusedAsync(StorageErrorKind.NotFound, StorageCodes.NoSuchBucket)).Message.ShouldContain("\"no-such-bucket\"");

        _server.Buckets.Denied.Add("POST bucket");
        var denied = await _store.PutAsync(X, "y").RefusedAsync(StorageErrorKind.Denied, StorageCodes.Denied);
        denied.Message.ShouldContain("may not write \"gs://bucket/x\"");
        denied.Message.ShouldContain("does not have storage access");

        using var none = new EnvironmentVariable("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/file.json");
        await using var google = new GcsStore();
        (await google.FindAsync(X).RefusedAsync(StorageErrorKind.Denied, StorageCodes.NoCredentials)).Message.ShouldContain("gcloud auth application-default login");
    }

    private sealed class Listed(List<long> reports) : IProgress<long>
    {
        public void Report(long value) => reports.Add(value);
    }
}
