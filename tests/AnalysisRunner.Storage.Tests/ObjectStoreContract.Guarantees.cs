using AnalysisRunner.Storage.Transfers;

namespace AnalysisRunner.Storage.Tests;

public abstract partial class ObjectStoreContract
{
    private static readonly WriteOptions CreateOnly = new() { Condition = WriteCondition.CreateOnly };

    [StoreFact]
    public async Task A_create_only_write_never_replaces()
    {
        await Store.PutAsync(At("once"), "first", CreateOnly);

        var error = await Store.PutAsync(At("once"), "second", CreateOnly).RefusedAsync(StorageErrorKind.AlreadyExists, StorageCodes.AlreadyExists);
        await Store.CopyAsync(At("once"), At("copy"), CreateOnly);
        await Store.CopyAsync(At("once"), At("copy"), CreateOnly).RefusedAsync(StorageErrorKind.AlreadyExists, StorageCodes.AlreadyExists);
        await Store.ComposeAsync([At("once")], At("copy"), CreateOnly).RefusedAsync(StorageErrorKind.AlreadyExists, StorageCodes.AlreadyExists);
        await Store.MoveAsync(At("once"), At("copy"), CreateOnly).RefusedAsync(StorageErrorKind.AlreadyExists, StorageCodes.AlreadyExists);

        error.Message.ShouldContain(At("once").ToString());
        (await Store.TextAsync(At("once"))).ShouldBe("first");
    }

    [StoreTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_sixteen_create_only_writers_exactly_one_wins(bool large)
    {
        var size = large ? LargeSize / 2 : 1000;
        var start = new TaskCompletionSource();
        var contents = Enumerable.Range(0, 16).Select(i => RandomContent.Of(large && i > 3 ? 5000 : size, i)).ToList();
        var writers = contents.Select(async content =>
        {
            await start.Task;
            try
            {
                await Store.WriteAsync(At("race"), new OneWayStream(content), CreateOnly);
                return StoreReading.Sha256(content);
            }
            catch (StorageException error) when (error.Kind == StorageErrorKind.AlreadyExists)
            {
                return null;
            }
        }).ToList();

        start.SetResult();
        var winners = (await Task.WhenAll(writers)).Where(winner => winner is not null).ToList();

        winners.ShouldHaveSingleItem();
        StoreReading.Sha256(await Store.GetAsync(At("race"))).ShouldBe(winners[0]);
    }

    [StoreFact]
    public async Task A_write_at_a_version_replaces_that_version_only()
    {
        var first = await Store.PutAsync(At("v"), "first");
        var second = await Store.PutAsync(At("v"), "second", new WriteOptions { Condition = WriteCondition.MatchVersion(first.Version) });

        second.Version.ShouldNotBe(first.Version);
        await Store.PutAsync(At("v"), "third", new WriteOptions { Condition = WriteCondition.MatchVersion(first.Version) })
            .RefusedAsync(StorageErrorKind.PreconditionFailed, StorageCodes.PreconditionFailed);
        await Store.PutAsync(At("absent"), "x", new WriteOptions { Condition = WriteCondition.MatchVersion(first.Version) })
            .RefusedAsync(StorageErrorKind.PreconditionFailed, StorageCodes.PreconditionFailed);
        await Store.OpenReadAsync(At("v"), new ReadOptions { Version = first.Version })
            .RefusedAsync(StorageErrorKind.PreconditionFailed, StorageCodes.PreconditionFailed);
        (await Store.TextAsync(At("v"), new ReadOptions { Version = second.Version })).ShouldBe("second");
    }

    [StoreFact]
    public async Task A_delete_at_a_version_deletes_that_version_only()
    {
        var first = await Store.PutAsync(At("v"), "first");
        var second = await Store.PutAsync(At("v"), "second");

        await Store.DeleteAsync(At("v"), first.Version).RefusedAsync(StorageErrorKind.PreconditionFailed, StorageCodes.PreconditionFailed);
        (await Store.TextAsync(At("v"))).ShouldBe("second");
        await Store.DeleteAsync(At("v"), second.Version);
        (await Store.FindAsync(At("v"))).ShouldBeNull();
    }

    [StoreFact]
    public async Task Of_concurrent_writers_at_one_version_exactly_one_wins()
    {
        var first = await Store.PutAsync(At("v"), "first");
        var condition = new WriteOptions { Condition = WriteCondition.MatchVersion(first.Version) };

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            try
            {
                await Store.PutAsync(At("v"), $"writer {i}", condition);
                return true;
            }
            catch (StorageException error) when (error.Kind == StorageErrorKind.PreconditionFailed)
            {
                return false;
            }
        }));

        outcomes.Count(won => won).ShouldBe(1);
    }

    [StoreTheory]
    [InlineData("truncated")]
    [InlineData("altered")]
    [InlineData("longer")]
    [InlineData("emptied")]
    public async Task Altered_content_is_corrupt_and_never_silently_short(string damage)
    {
        await Store.PutAsync(At("c"), RandomContent.Of(50_000));

        await AlterAsync(At("c"), content => damage switch
        {
            "truncated" => content[..^1],
            "altered" => [.. content[..25_000], (byte)~content[25_000], .. content[25_001..]],
            "longer" => [.. content, 1],
            _ => [],
        });

        (await Store.GetAsync(At("c")).RefusedAsync(StorageErrorKind.Corrupt, StorageCodes.Corrupt)).Path.ShouldBe(At("c").ToString());
    }

    [StoreFact]
    public async Task A_replaced_object_is_no_corrupt_object()
    {
        await Store.PutAsync(At("r"), "first");
        await using var reader = await Store.OpenReadAsync(At("r"));
        await Store.PutAsync(At("r"), "the second");

        using var text = new StreamReader(reader);
        (await text.ReadToEndAsync()).ShouldBe("first");
        (await Store.TextAsync(At("r"))).ShouldBe("the second");
    }

    [StoreFact]
    public async Task A_write_that_fails_or_is_cancelled_leaves_the_old_object()
    {
        await Store.PutAsync(At("w"), "old");
        using var cancellation = new CancellationTokenSource();

        var failing = new OneWayStream(RandomContent.Of(LargeSize), at: position => { if (position > LargeSize / 2) throw new InvalidDataException("the source broke"); });
        await Should.ThrowAsync<InvalidDataException>(() => Store.WriteAsync(At("w"), failing));
        var cancelling = new OneWayStream(RandomContent.Of(LargeSize), at: position => { if (position > LargeSize / 2) cancellation.Cancel(); });
        await Should.ThrowAsync<OperationCanceledException>(() => Store.WriteAsync(At("w"), cancelling, null, cancellation.Token));

        (await Store.TextAsync(At("w"))).ShouldBe("old");
        (await Store.NamesAsync(Folder)).ShouldBe(["w"]);
    }

    [StoreFact]
    public async Task Cancelled_operations_throw_and_do_nothing()
    {
        await Store.PutAsync(At("x"), "x");
        var cancelled = new CancellationToken(canceled: true);

        await Should.ThrowAsync<OperationCanceledException>(() => Store.FindAsync(At("x"), cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => Store.OpenReadAsync(At("x"), null, cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => Store.WriteAsync(At("y"), new MemoryStream([1]), null, cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => Store.DeleteAsync(At("x"), null, cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => Store.CopyAsync(At("x"), At("y"), null, cancelled));
        await Should.ThrowAsync<OperationCanceledException>(async () => { await foreach (var _ in Store.ListAsync(Folder, null, cancelled)) { } });
        (await Store.NamesAsync(Folder)).ShouldBe(["x"]);
    }

    [StoreFact]
    public async Task Paths_of_other_stores_and_roots_are_refused()
    {
        var other = StoragePath.Parse(Store.Scheme == "gs" ? "s3://bucket/x" : "gs://bucket/x");

        await Store.FindAsync(other).RefusedAsync(StorageErrorKind.Invalid, StorageCodes.MalformedPath);
        var root = Folder;
        while (!root.IsRoot) root = root.Parent;
        await Store.WriteAsync(root, new MemoryStream()).RefusedAsync(StorageErrorKind.Invalid, StorageCodes.MalformedPath);
    }

    [StoreTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_download_in_ranges_is_verified_and_a_failed_one_leaves_no_file(bool altered)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder["local"], RandomContent.Of(3_000_001));
        await Store.UploadAsync(folder["local"], At("object"));
        if (altered) await AlterAsync(At("object"), content => [.. content[..2_000_000], (byte)~content[2_000_000], .. content[2_000_001..]]);
        var reported = new Reports();

        var download = Store.DownloadAsync(At("object"), folder["back"], new DownloadOptions { RangeSize = 256 * 1024, Progress = reported });

        if (altered)
        {
            await download.RefusedAsync(StorageErrorKind.Corrupt, StorageCodes.Corrupt);
            Directory.GetFiles(folder.Path).ShouldBe([folder["local"]]);
            return;
        }
        (await download).Length.ShouldBe(3_000_001);
        StoreReading.Sha256(await File.ReadAllBytesAsync(folder["back"])).ShouldBe(StoreReading.Sha256(await File.ReadAllBytesAsync(folder["local"])));
        (reported.Last, reported.Rises).ShouldBe((3_000_001, true));
    }

    [StoreFact]
    public async Task Files_and_folders_go_to_urls_and_back()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["out/deep"]);
        await File.WriteAllTextAsync(folder["out/a b%"], "first");
        await File.WriteAllTextAsync(folder["out/deep/ü#"], "second");
        var transfer = new ObjectTransfer(new ObjectStores(Store));

        await transfer.UploadAsync(folder["out"], At("run/out").ToString(), CancellationToken.None);
        await transfer.UploadAsync(folder["out"], At("run/out").ToString(), CancellationToken.None);
        await transfer.UploadAsync(folder["out/a b%"], At("single").ToString(), CancellationToken.None);
        await transfer.DownloadAsync(At("run/out").ToString(), folder["back"], CancellationToken.None);
        await transfer.DownloadAsync(At("single").ToString(), folder["file"], CancellationToken.None);

        (await Store.NamesAsync(At("run"), ListOptions.All)).ShouldBe(["out/a b%", "out/deep/ü#"]);
        (await File.ReadAllTextAsync(folder["back/deep/ü#"])).ShouldBe("second");
        (await File.ReadAllTextAsync(folder["file"])).ShouldBe("first");
        (await transfer.ReadAllAsync(At("single").ToString(), CancellationToken.None)).Length.ShouldBe(5);
        await transfer.DownloadAsync(At("none").ToString(), folder["none"], CancellationToken.None).RefusedAsync(StorageErrorKind.NotFound, StorageCodes.NotFound);
        ObjectTransfer.Handles(At("x").ToString()).ShouldBeTrue();
        ObjectTransfer.Handles("https://host/x").ShouldBeFalse();
        ObjectTransfer.Handles("/local/x").ShouldBeFalse();
    }

    [StoreFact]
    public async Task Readers_beside_a_writer_see_whole_objects_only()
    {
        var contents = new[] { RandomContent.Of(30_000, 1), RandomContent.Of(30_000, 2), RandomContent.Of(10, 3) };
        await Store.PutAsync(At("x"), contents[0]);
        using var done = new CancellationTokenSource();

        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                var read = await Store.GetAsync(At("x"));
                contents.Any(content => content.AsSpan().SequenceEqual(read)).ShouldBeTrue();
            }
        })).ToList();
        for (var i = 0; i < 60; i++) await Store.PutAsync(At("x"), contents[i % 3]);
        await done.CancelAsync();

        await Task.WhenAll(readers);
    }

    /// <summary>What was reported.</summary>
    private sealed class Reports : IProgress<long>
    {
        private readonly Lock _lock = new();

        public long Last { get; private set; }

        public bool Rises { get; private set; } = true;

        public Reports Reading => field ??= new Reports();

        public void Report(long value)
        {
            lock (_lock)
            {
                if (value < Last) Rises = false;
                Last = value;
            }
        }
    }
}
