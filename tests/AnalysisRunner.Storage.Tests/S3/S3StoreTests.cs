using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using AnalysisRunner.Storage.S3;
using AnalysisRunner.Storage.TestServers;
using AnalysisRunner.Storage.TestServers.Ceph;
using AnalysisRunner.Storage.TestServers.Faults;

namespace AnalysisRunner.Storage.Tests.S3;

/// <summary>What is S3's own, on a real engine behind a proxy that makes faults.</summary>
[Collection(CephTests.Name)]
[RequiresProgram("radosgw"), RequiresProgram("ceph-mon"), RequiresProgram("ceph-osd")]
public sealed class S3StoreTests(CephFixture ceph) : IAsyncLifetime
{
    private const int Part = 5 * 1024 * 1024;
    private static readonly WriteOptions CreateOnly = new() { Condition = WriteCondition.CreateOnly };

    private readonly StoragePath _folder = StoragePath.Parse($"s3://{CephFixture.Bucket}/{Guid.NewGuid():N}");
    private LoopbackServer? _proxy;
    private ForwardingProxy? _forwarding;
    private S3Store? _store;

    private S3Store Store => _store!;

    private FaultPlan Faults => _proxy!.Faults;

    private StoragePath X => _folder.Combine("x");

    public async Task InitializeAsync()
    {
        if (!CephGateway.Programs.All(RequiresProgramAttribute.Exists)) return;
        _forwarding = new ForwardingProxy(ceph.Gateway.Endpoint);
        _proxy = await LoopbackServer.StartAsync(_forwarding.HandleAsync);
        _store = Open(new S3StoreOptions());
    }

    public async Task DisposeAsync()
    {
        if (_store is null) return;
        await _store.DisposeAsync();
        await _proxy!.DisposeAsync();
        _forwarding!.Dispose();
    }

    private S3Store Open(S3StoreOptions options, string key = CephGateway.AccessKey, string secret = CephGateway.SecretKey) => new(options with
    {
        Endpoint = _proxy!.Endpoint,
        Credentials = options.Anonymous ? null : new BasicAWSCredentials(key, secret),
        PartSize = Part,
    });

    [StoreFact]
    public async Task A_part_that_fails_is_sent_again_by_itself()
    {
        var content = RandomContent.Of((4 * Part) + 100);
        foreach (var fault in new[] { Fault.CutRequest(100_000), Fault.Before(503), Fault.After(500) })
        {
            Faults.Requests.Clear();
            Faults.Next(request => request.Contains("partNumber=3", StringComparison.Ordinal), fault);

            await Store.WriteAsync(X, new OneWayStream(content, 1 << 20));

            StoreReading.Sha256(await Store.GetAsync(X)).ShouldBe(StoreReading.Sha256(content));
            Enumerable.Range(1, 5).Select(part => Faults.Requests.Count(request => request.Contains($"partNumber={part}&", StringComparison.Ordinal))).ShouldBe([1, 1, 2, 1, 1]);
        }
    }

    [StoreFact]
    public async Task A_part_that_fails_for_good_ends_the_write_and_leaves_no_parts()
    {
        await Store.PutAsync(X, "old");
        await using var hasty = Open(new S3StoreOptions { Attempts = 1 });
        Faults.Next(request => request.Contains("partNumber=2", StringComparison.Ordinal), Fault.Before(503));

        await Should.ThrowAsync<StorageException>(() => hasty.WriteAsync(X, new OneWayStream(RandomContent.Of(4 * Part), 1 << 20)));

        (await Store.TextAsync(X)).ShouldBe("old");
        using var client = ceph.Gateway.CreateClient();
        var uploads = await client.ListMultipartUploadsAsync(CephFixture.Bucket);
        (uploads.MultipartUploads ?? []).ShouldNotContain(upload => upload.Key == X.Key);
    }

    [StoreFact]
    public async Task A_create_only_write_whose_answer_was_lost_knows_that_it_won()
    {
        foreach (var size in new[] { 10, (2 * Part) + 1 })
        {
            var path = _folder.Combine($"lost-{size}");
            Faults.Next(request => request.StartsWith("PUT", StringComparison.Ordinal), Fault.After(503));

            await Store.WriteAsync(path, new OneWayStream(RandomContent.Of(size), 1 << 20), CreateOnly);

            await Store.PutAsync(path, RandomContent.Of(size), CreateOnly).RefusedAsync(StorageErrorKind.AlreadyExists, StorageCodes.AlreadyExists);
        }
    }

    /// <summary>Why conditional writes go in one request here. If this fails the engine has learned it, and JudgesAllConditions is for it.</summary>
    [StoreFact]
    public async Task This_engine_does_not_judge_a_condition_when_it_completes_parts_so_large_ones_are_refused()
    {
        await Store.PutAsync(X, "old");
        using var client = ceph.Gateway.CreateClient();
        var upload = await client.InitiateMultipartUploadAsync(X.Bucket, X.Key);
        var part = await client.UploadPartAsync(new UploadPartRequest { BucketName = X.Bucket, Key = X.Key, UploadId = upload.UploadId, PartNumber = 1, InputStream = new MemoryStream("new"u8.ToArray()) });
        await client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
        {
            BucketName = X.Bucket,
            Key = X.Key,
            UploadId = upload.UploadId,
            IfNoneMatch = "*",
            PartETags = [new PartETag(1, part.ETag)],
        });
        (await Store.TextAsync(X)).ShouldBe("new");

        await using var limited = Open(new S3StoreOptions { LargestRequest = 2 * Part });
        var refused = await limited.WriteAsync(_folder.Combine("y"), new OneWayStream(RandomContent.Of((2 * Part) + 1), 1 << 20), CreateOnly)
            .RefusedAsync(StorageErrorKind.NotSupported, StorageCodes.NotSupported);

        refused.Message.ShouldContain("does not judge a condition");
        (await Store.FindAsync(_folder.Combine("y"))).ShouldBeNull();
    }

    [StoreFact]
    public async Task Above_the_limit_of_one_request_a_copy_goes_in_parts()
    {
        await using var store = Open(new S3StoreOptions { LargestRequest = Part });
        var written = await store.WriteAsync(X, new OneWayStream(RandomContent.Of((2 * Part) + 77), 1 << 20));
        Faults.Requests.Clear();

        await store.CopyAsync(X, _folder.Combine("copy"));

        Faults.Requests.Count(request => request.Contains("partNumber=", StringComparison.Ordinal)).ShouldBe(3);
        (await store.FindAsync(_folder.Combine("copy")))!.Sha256.ShouldBe(written.Sha256);
        StoreReading.Sha256(await store.GetAsync(_folder.Combine("copy"))).ShouldBe(written.Sha256);
    }

    [StoreFact]
    public async Task Parts_beyond_the_buffered_ones_pass_through_files()
    {
        await using var store = Open(new S3StoreOptions { BufferedParts = 2, SpooledPartSize = 6 * 1024 * 1024 });
        var content = RandomContent.Of((2 * Part) + (7 * 1024 * 1024));

        await store.WriteAsync(X, new OneWayStream(content, 1 << 20));

        StoreReading.Sha256(await store.GetAsync(X)).ShouldBe(StoreReading.Sha256(content));
        Directory.GetFiles(Path.GetTempPath(), "analysis-runner-upload-*").ShouldBeEmpty();
    }

    [StoreFact]
    public async Task A_read_goes_on_where_it_broke()
    {
        var content = RandomContent.Of(1_000_000);
        await Store.PutAsync(X, content);
        foreach (var cut in new[] { 1, 65536, 999_999 })
        {
            Faults.Requests.Clear();
            Faults.Next(request => request.StartsWith("GET", StringComparison.Ordinal), Fault.CutAnswer(cut), Fault.CutAnswer(10));

            (await Store.GetAsync(X)).AsSpan().SequenceEqual(content).ShouldBeTrue();

            Faults.Requests.Count(request => request.StartsWith("GET", StringComparison.Ordinal)).ShouldBeInRange(2, 3);
        }
        Faults.Next(request => request.StartsWith("GET", StringComparison.Ordinal), Fault.AlterAnswer(5));
        await Store.GetAsync(X).RefusedAsync(StorageErrorKind.Corrupt, StorageCodes.Corrupt);
    }

    [StoreFact]
    public async Task What_is_altered_on_the_way_up_is_corrupt()
    {
        await using var store = Open(new S3StoreOptions { Attempts = 1 });
        Faults.Next(request => request.StartsWith("PUT", StringComparison.Ordinal), Fault.AlterRequest(2000));

        await Should.ThrowAsync<StorageException>(() => store.PutAsync(X, RandomContent.Of(5000)));

        (await Store.FindAsync(X)).ShouldBeNull();
    }

    [StoreFact]
    public async Task Existence_takes_one_listing_per_folder()
    {
        var paths = Enumerable.Range(0, 10).SelectMany(folder => Enumerable.Range(0, 20).Select(i => _folder.Combine($"out{folder}/{i:00}.vcf"))).ToList();
        await Parallel.ForEachAsync(paths.Where((_, i) => i % 2 == 0), async (path, _) => await Store.PutAsync(path, ""));
        Faults.Requests.Clear();

        (await Store.ExistAsync(paths)).Count.ShouldBe(100);

        Faults.Requests.Count.ShouldBe(10);
    }

    [StoreFact]
    public async Task A_public_object_is_read_without_credentials_a_private_one_is_not()
    {
        using var client = ceph.Gateway.CreateClient();
        await client.PutObjectAsync(new PutObjectRequest { BucketName = X.Bucket, Key = X.Key, ContentBody = "public", CannedACL = S3CannedACL.PublicRead });
        await Store.PutAsync(_folder.Combine("private"), "private");
        await using var anonymous = Open(new S3StoreOptions { Anonymous = true });

        (await anonymous.TextAsync(X)).ShouldBe("public");
        (await anonymous.TextAsync(_folder.Combine("private")).RefusedAsync(StorageErrorKind.Denied, StorageCodes.Denied)).Message.ShouldContain("An anonymous reader may not read");
    }

    [StoreFact]
    public async Task Misuse_is_told_in_one_line_that_says_what_to_check()
    {
        await Store.PutAsync(X, "x");
        var nowhere = StoragePath.Parse("s3://no-such-bucket/x");
        foreach (var work in new Func<Task>[] { () => Store.FindAsync(nowhere), () => Store.PutAsync(nowhere, "x"), () => Store.NamesAsync(nowhere), () => Store.OpenReadAsync(nowhere) })
            (await work().RefusedAsync(StorageErrorKind.NotFound, StorageCodes.NoSuchBucket)).Message.ShouldContain("\"no-such-bucket\"");

        await using var wrongSecret = Open(new S3StoreOptions(), CephGateway.AccessKey, "wrong");
        foreach (var work in new Func<Task>[] { () => wrongSecret.FindAsync(X), () => wrongSecret.TextAsync(X), () => wrongSecret.PutAsync(X, "y") })
            (await work().RefusedAsync(StorageErrorKind.Denied, StorageCodes.BadCredentials)).Message.ShouldContain("key and secret belong together");

        await using var other = Open(new S3StoreOptions(), CephGateway.OtherAccessKey, CephGateway.OtherSecretKey);
        foreach (var (work, verb) in new (Func<Task>, string)[] { (() => other.FindAsync(X), "read"), (() => other.PutAsync(X, "y"), "write"), (() => other.DeleteAsync(X), "delete"), (() => other.NamesAsync(_folder), "list") })
        {
            var denied = await work().RefusedAsync(StorageErrorKind.Denied, StorageCodes.Denied);
            denied.Message.ShouldContain($"The identity with the access key \"other\" may not {verb}");
            denied.Message.ShouldContain("Check that the bucket is yours");
        }
    }

    [StoreFact]
    public async Task A_streamed_upload_makes_no_garbage_per_byte()
    {
        // Straight to the engine: the proxy runs in this process.
        await using var store = new S3Store(new S3StoreOptions { Endpoint = ceph.Gateway.Endpoint, Credentials = new BasicAWSCredentials(CephGateway.AccessKey, CephGateway.SecretKey), PartSize = Part });
        var content = RandomContent.Of(8 * Part);
        await store.WriteAsync(X, new OneWayStream(content, 1 << 20));
        // What other tests allocate meanwhile is counted too, so the least of some uploads is what one makes at the most.
        var (least, limit) = (long.MaxValue, content.Length / 4);
        for (var upload = 0; upload < 10 && least >= limit; upload++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await store.WriteAsync(X, new OneWayStream(content, 1 << 20));
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        least.ShouldBeLessThan(limit);
    }
}
