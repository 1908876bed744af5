using Amazon.Runtime;
using Amazon.S3.Model;
using AnalysisRunner.Storage.S3;
using AnalysisRunner.Storage.TestServers.Ceph;

namespace AnalysisRunner.Storage.Tests.S3;

[Collection(CephTests.Name)]
[RequiresProgram("radosgw"), RequiresProgram("ceph-mon"), RequiresProgram("ceph-osd")]
public sealed class S3StoreContractTests(CephFixture ceph) : ObjectStoreContract, IAsyncLifetime
{
    private S3Store? _store;

    protected override IObjectStore Store => _store ??= new S3Store(new S3StoreOptions
    {
        Endpoint = ceph.Gateway.Endpoint,
        Credentials = new BasicAWSCredentials(CephGateway.AccessKey, CephGateway.SecretKey),
        PartSize = 5 * 1024 * 1024,
    });

    protected override StoragePath Folder { get; } = StoragePath.Parse($"s3://{CephFixture.Bucket}/{Guid.NewGuid():N}");

    protected override async Task AlterAsync(StoragePath path, Func<byte[], byte[]> change)
    {
        using var client = ceph.Gateway.CreateClient();
        using var old = await client.GetObjectAsync(path.Bucket, path.Key);
        var content = new MemoryStream();
        await old.ResponseStream.CopyToAsync(content);
        var request = new PutObjectRequest { BucketName = path.Bucket, Key = path.Key, InputStream = new MemoryStream(change(content.ToArray())) };
        foreach (var name in old.Metadata.Keys) request.Metadata[name] = old.Metadata[name];
        await client.PutObjectAsync(request);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_store is not null) await _store.DisposeAsync();
    }
}
