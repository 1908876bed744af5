using AnalysisRunner.Storage.Gcs;
using AnalysisRunner.Storage.TestServers.Gcs;

namespace AnalysisRunner.Storage.Tests.Gcs;

public sealed class GcsStoreContractTests : ObjectStoreContract, IAsyncLifetime
{
    private const string Bucket = "contract";

    private GcsTestServer? _server;
    private GcsStore? _store;

    protected override IObjectStore Store => _store!;

    protected override StoragePath Folder { get; } = StoragePath.Parse($"gs://{Bucket}/a folder");

    protected override int LargeSize => 3 * 1024 * 1024 + 12345;

    protected override Task AlterAsync(StoragePath path, Func<byte[], byte[]> change)
    {
        _server!.Buckets.Alter(path.Bucket, path.Key, change);
        return Task.CompletedTask;
    }

    public async Task InitializeAsync()
    {
        _server = await GcsTestServer.StartAsync();
        _server.Buckets.Create(Bucket);
        _store = new GcsStore(new GcsStoreOptions { Endpoint = _server.Endpoint, ChunkSize = 256 * 1024 });
    }

    public async Task DisposeAsync()
    {
        await _store!.DisposeAsync();
        await _server!.DisposeAsync();
    }
}
