using Amazon.Runtime;
using Amazon.S3;
using AnalysisRunner.Storage.S3;
using AnalysisRunner.Storage.TestServers.Ceph;

namespace AnalysisRunner.Storage.Tests.S3;

/// <summary>Encryption by the server, on a real engine that has a key.</summary>
[Collection(CephTests.Name)]
[RequiresProgram("radosgw"), RequiresProgram("ceph-mon"), RequiresProgram("ceph-osd")]
public sealed class S3EncryptionTests(CephFixture ceph)
{
    private readonly StoragePath _folder = StoragePath.Parse($"s3://{CephFixture.Bucket}/{Guid.NewGuid():N}");

    [StoreTheory]
    [InlineData(1000)]
    [InlineData(12_000_000)]
    public async Task Objects_are_encrypted_with_the_key_and_read_back_verified(int size)
    {
        await using var store = Open(CephGateway.EncryptionKey);
        var content = RandomContent.Of(size);
        var path = _folder.Combine("x");

        var written = await store.WriteAsync(path, new OneWayStream(content, 1 << 20));

        StoreReading.Sha256(await store.GetAsync(path)).ShouldBe(StoreReading.Sha256(content));
        (await store.FindAsync(path))!.Sha256.ShouldBe(written.Sha256);
        using var client = ceph.Gateway.CreateClient();
        var answer = await client.GetObjectMetadataAsync(path.Bucket, path.Key);
        answer.ServerSideEncryptionMethod.ShouldBe(ServerSideEncryptionMethod.AWSKMS);
        answer.ServerSideEncryptionKeyManagementServiceKeyId.ShouldBe(CephGateway.EncryptionKey);
    }

    [StoreFact]
    public async Task What_an_engine_cannot_do_with_encrypted_objects_is_told()
    {
        await using var store = Open(CephGateway.EncryptionKey);
        var path = _folder.Combine("x");
        await store.PutAsync(path, "x");

        // This engine copies no encrypted objects.
        (await store.CopyAsync(path, _folder.Combine("copy")).RefusedAsync(StorageErrorKind.NotSupported, StorageCodes.NotSupported)).Message
            .ShouldBe($"AR7012: The engine of \"{_folder.Combine("copy")}\" cannot write it like this (\"NotImplemented\"). Check the store's settings, encryption first.");
    }

    [StoreFact]
    public async Task A_key_that_does_not_exist_is_told()
    {
        await using var store = Open("no-such-key");

        var refused = await Should.ThrowAsync<StorageException>(() => store.PutAsync(_folder.Combine("x"), "x"));

        refused.Kind.ShouldBeOneOf(StorageErrorKind.Invalid, StorageErrorKind.Denied);
        (await store.FindAsync(_folder.Combine("x"))).ShouldBeNull();
    }

    private S3Store Open(string key) => new(new S3StoreOptions
    {
        Endpoint = ceph.Gateway.Endpoint,
        Credentials = new BasicAWSCredentials(CephGateway.AccessKey, CephGateway.SecretKey),
        Encryption = S3Encryption.Kms,
        KmsKey = key,
    });
}
