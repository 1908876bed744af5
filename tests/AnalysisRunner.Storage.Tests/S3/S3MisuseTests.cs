using Amazon.Runtime;
using Amazon.S3.Model;
using AnalysisRunner.Storage.S3;
using AnalysisRunner.Storage.TestServers.Ceph;

namespace AnalysisRunner.Storage.Tests.S3;

/// <summary>The lines that users read when something about their rights or settings is wrong, on a real engine.</summary>
[Collection(CephTests.Name)]
[RequiresProgram("radosgw"), RequiresProgram("ceph-mon"), RequiresProgram("ceph-osd")]
public sealed class S3MisuseTests(CephFixture ceph)
{
    private readonly StoragePath _folder = StoragePath.Parse($"s3://{CephFixture.Bucket}/{Guid.NewGuid():N}");

    private StoragePath X => _folder.Combine("x");

    [StoreFact]
    public async Task A_bucket_that_does_not_exist()
    {
        await using var store = Open();
        foreach (var work in new Func<StoragePath, Task>[] { path => store.PutAsync(path, "x"), path => store.FindAsync(path), path => store.TextAsync(path), path => store.DeleteAsync(path), path => store.CopyAsync(path, path) })
        {
            (await work(StoragePath.Parse("s3://no-such-bucket/x")).RefusedAsync(StorageErrorKind.NotFound, StorageCodes.NoSuchBucket)).Message
                .ShouldBe("AR7010: The bucket \"no-such-bucket\" of \"s3://no-such-bucket/x\" does not exist. Check its name, and the endpoint that is asked.");
        }
    }

    [StoreFact]
    public async Task A_bucket_of_another_owner()
    {
        await using var owner = Open();
        await using var other = Open(CephGateway.OtherAccessKey, CephGateway.OtherSecretKey);
        await owner.PutAsync(X, "x");
        foreach (var (work, verb) in new (Func<Task>, string)[] { (() => other.FindAsync(X), "read"), (() => other.TextAsync(X), "read"), (() => other.PutAsync(X, "y"), "write"), (() => other.DeleteAsync(X), "delete") })
            Line(await work().RefusedAsync(StorageErrorKind.Denied, StorageCodes.Denied)).ShouldBe(Denied(verb, X));
        Line(await other.NamesAsync(_folder).RefusedAsync(StorageErrorKind.Denied, StorageCodes.Denied)).ShouldBe(Denied("list", _folder));
    }

    /// <summary>As at level test: main data may be read, and nothing else.</summary>
    [StoreFact]
    public async Task A_write_by_somebody_who_may_only_read()
    {
        await using var owner = Open();
        await using var reader = Open(CephGateway.OtherAccessKey, CephGateway.OtherSecretKey);
        var bucket = $"main-{Guid.NewGuid():N}";
        var x = StoragePath.Parse($"s3://{bucket}/x");
        using var client = ceph.Gateway.CreateClient();
        await client.PutBucketAsync(new PutBucketRequest { BucketName = bucket });
        await client.PutBucketPolicyAsync(bucket, $$"""
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam:::user/other"]}, "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::{{bucket}}", "arn:aws:s3:::{{bucket}}/*"]}]}
            """);
        await owner.PutAsync(x, "reference");

        (await reader.TextAsync(x)).ShouldBe("reference");
        (await reader.NamesAsync(x.Parent)).ShouldBe(["x"]);
        Line(await reader.PutAsync(x, "altered").RefusedAsync(StorageErrorKind.Denied, StorageCodes.Denied)).ShouldBe(Denied("write", x));
        Line(await reader.WriteAsync(x, new OneWayStream(RandomContent.Of(11 << 20), 1 << 20)).RefusedAsync(StorageErrorKind.Denied, StorageCodes.Denied)).ShouldBe(Denied("write", x));
        Line(await reader.DeleteAsync(x).RefusedAsync(StorageErrorKind.Denied, StorageCodes.Denied)).ShouldBe(Denied("delete", x));
        (await owner.TextAsync(x)).ShouldBe("reference");
    }

    [StoreFact]
    public async Task Credentials_that_are_wrong()
    {
        await using var owner = Open();
        await owner.PutAsync(X, "x");
        await using var wrong = Open(secret: "wrong");
        await using var unknown = Open("nobody", "nothing");
        foreach (var (store, key) in new[] { (wrong, CephGateway.AccessKey), (unknown, "nobody") })
        {
            foreach (var work in new Func<Task>[] { () => store.PutAsync(X, "y"), () => store.TextAsync(X), () => store.FindAsync(X) })
            {
                Line(await work().RefusedAsync(StorageErrorKind.Denied, StorageCodes.BadCredentials)).ShouldBe(
                    $"AR7019: The identity with the access key \"{key}\" is not accepted for \"{X}\" (…). Check that key and secret belong together, have not expired, and that this machine's clock is right.");
            }
        }
    }

    private S3Store Open(string key = CephGateway.AccessKey, string secret = CephGateway.SecretKey) =>
        new(new S3StoreOptions { Endpoint = ceph.Gateway.Endpoint, Credentials = new BasicAWSCredentials(key, secret) });

    private static string Denied(string verb, StoragePath path) =>
        $"AR7006: The identity with the access key \"other\" may not {verb} \"{path}\" (…). Check that the bucket is yours and that this identity has the right to {verb} there.";

    // What the engine itself says stands in brackets; the words differ between engines and their versions.
    private static string Line(StorageException error) => System.Text.RegularExpressions.Regex.Replace(error.Message, "\\(\"[^\"]+\"\\)", "(…)");
}
