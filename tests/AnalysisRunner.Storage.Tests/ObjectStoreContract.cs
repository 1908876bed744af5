namespace AnalysisRunner.Storage.Tests;

/// <summary>What every object store does. A store derives from this, and says where an empty folder is and how content is altered behind its back.</summary>
public abstract partial class ObjectStoreContract
{
    /// <summary>The store under test.</summary>
    protected abstract IObjectStore Store { get; }

    /// <summary>A folder of this test alone.</summary>
    protected abstract StoragePath Folder { get; }

    /// <summary>Alters the content as somebody else would: the record of what was written stays.</summary>
    protected abstract Task AlterAsync(StoragePath path, Func<byte[], byte[]> change);

    /// <summary>A size that the store sends in several parts.</summary>
    protected virtual int LargeSize => 20 * 1024 * 1024 + 12345;

    private StoragePath At(string name) => Folder.Combine(name);

    [StoreTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task What_is_written_is_read_back_with_its_digests(int length)
    {
        var content = RandomContent.Of(length);

        var written = await Store.PutAsync(At("a b/c"), content);
        var found = await Store.FindAsync(At("a b/c"));

        (await Store.GetAsync(At("a b/c"))).ShouldBe(content);
        (written.Length, written.Sha256).ShouldBe((length, StoreReading.Sha256(content)));
        (found!.Path, found.Length, found.Sha256, found.Version, found.Crc32C).ShouldBe((written.Path, written.Length, written.Sha256, written.Version, written.Crc32C));
        found.Modified.ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
    }

    [StoreFact]
    public async Task A_large_stream_of_unknown_length_is_written_whole_and_verified()
    {
        var content = RandomContent.Of(LargeSize);
        var reported = new Reports();

        var written = await Store.WriteAsync(At("large"), new OneWayStream(content), new WriteOptions { Progress = reported, Metadata = new Dictionary<string, string> { ["k"] = "v" } });
        var found = await Store.FindAsync(At("large"));
        var read = await Store.GetAsync(At("large"), new ReadOptions { Progress = reported.Reading });

        StoreReading.Sha256(read).ShouldBe(StoreReading.Sha256(content));
        (written.Sha256, found!.Sha256, found.Length, found.Metadata["k"]).ShouldBe((StoreReading.Sha256(content), StoreReading.Sha256(content), content.Length, "v"));
        (reported.Last, reported.Reading.Last).ShouldBe((content.Length, content.Length));
        reported.Rises.ShouldBeTrue();
    }

    [StoreTheory]
    [InlineData(0, 10L)]
    [InlineData(10, null)]
    [InlineData(90, 100L)]
    [InlineData(100, 5L)]
    [InlineData(500, null)]
    public async Task A_range_is_what_lies_in_it(int offset, long? length)
    {
        var content = RandomContent.Of(100);
        await Store.PutAsync(At("r"), content);

        var read = await Store.GetAsync(At("r"), new ReadOptions { Offset = offset, Length = length });

        read.ShouldBe(content.Skip(offset).Take((int)(length ?? 1000)).ToArray());
    }

    [StoreFact]
    public async Task Metadata_and_content_type_are_kept()
    {
        var metadata = new Dictionary<string, string> { ["ar-guid"] = "4711", ["note"] = "two words, % and = too" };

        await Store.PutAsync(At("m"), "x", new WriteOptions { Metadata = metadata, ContentType = "text/plain" });
        var found = await Store.FindAsync(At("m"));

        found!.Metadata.OrderBy(pair => pair.Key).ShouldBe(metadata.OrderBy(pair => pair.Key));
        found.ContentType.ShouldBe("text/plain");
    }

    [StoreTheory]
    [InlineData("Upper", "x")]
    [InlineData("", "x")]
    [InlineData("name", "ümlaut")]
    [InlineData("name", " spaces ")]
    [InlineData("name", "two\nlines")]
    public async Task Metadata_that_some_store_would_alter_is_refused(string name, string value)
    {
        await Store.PutAsync(At("m"), "x", new WriteOptions { Metadata = new Dictionary<string, string> { [name] = value } })
            .RefusedAsync(StorageErrorKind.Invalid, StorageCodes.BadSetting);
        (await Store.FindAsync(At("m"))).ShouldBeNull();
    }

    [StoreFact]
    public async Task What_does_not_exist_is_told_with_its_path()
    {
        (await Store.FindAsync(At("none"))).ShouldBeNull();
        (await Store.OpenReadAsync(At("none")).RefusedAsync(StorageErrorKind.NotFound, StorageCodes.NotFound)).Path.ShouldBe(At("none").ToString());
        await Store.CopyAsync(At("none"), At("other")).RefusedAsync(StorageErrorKind.NotFound, StorageCodes.NotFound);
        await Store.MoveAsync(At("none"), At("other")).RefusedAsync(StorageErrorKind.NotFound, StorageCodes.NotFound);
        await Store.ComposeAsync([At("none")], At("other")).RefusedAsync(StorageErrorKind.NotFound, StorageCodes.NotFound);
        await Store.DeleteAsync(At("none"));
        (await Store.NamesAsync(At("none"))).ShouldBeEmpty();
    }

    [StoreTheory]
    [InlineData("with space")]
    [InlineData("percent%20and%")]
    [InlineData("hash#and?question&more=+;")]
    [InlineData("umlaut-ü-日本-🧬")]
    [InlineData("quote'\"back\\slash")]
    [InlineData("dots..and~tilde.")]
    public async Task Names_keep_their_characters(string name)
    {
        if (OperatingSystem.IsWindows() && Store.Scheme == "file" && name.AsSpan().IndexOfAny("?\"\\") >= 0) return;
        await Store.PutAsync(At(name), name);

        (await Store.TextAsync(At(name))).ShouldBe(name);
        (await Store.NamesAsync(Folder)).ShouldBe([name]);
        (await Store.ExistAsync([At(name), At(name + "x")])).ShouldBe([At(name)]);
        await Store.CopyAsync(At(name), At("copy of " + name));
        await Store.DeleteAsync([At(name)]);
        (await Store.NamesAsync(Folder)).ShouldBe(["copy of " + name]);
    }

    [StoreFact]
    public async Task A_listing_has_what_lies_directly_below_or_everything_in_the_order_of_the_bytes()
    {
        foreach (var name in new[] { "out/x", "out/x2", "out/sub/deep/y", "out/a.txt", "out/a/b", "out2/x", "out/\uE000", "out/🧬" })
            await Store.PutAsync(At(name), name);

        (await Store.NamesAsync(At("out"))).ShouldBe(["a.txt", "a/", "sub/", "x", "x2", "\uE000", "🧬"]);
        (await Store.NamesAsync(At("out"), ListOptions.All)).ShouldBe(["a.txt", "a/b", "sub/deep/y", "x", "x2", "\uE000", "🧬"]);
        (await Store.NamesAsync(At("out"), new ListOptions { Prefix = "x" })).ShouldBe(["x", "x2"]);
        (await Store.NamesAsync(At("out"), new ListOptions { Prefix = "sub/d" })).ShouldBe(["sub/deep/"]);
        (await Store.NamesAsync(At("ou"))).ShouldBeEmpty();
        (await Store.NamesAsync(Folder)).ShouldBe(["out/", "out2/"]);
    }

    [StoreFact]
    public async Task A_listing_pages()
    {
        foreach (var i in Enumerable.Range(0, 25)) await Store.PutAsync(At($"p/{i:00}"), "x");

        (await Store.NamesAsync(At("p"), new ListOptions { PageSize = 10 })).ShouldBe(Enumerable.Range(0, 25).Select(i => $"{i:00}"));
        (await Store.NamesAsync(Folder, new ListOptions { PageSize = 3, Recursive = true })).Count.ShouldBe(25);
    }

    [StoreFact]
    public async Task A_listed_object_has_size_time_and_version()
    {
        var written = await Store.PutAsync(At("l/x"), "12345");

        await foreach (var entry in Store.ListAsync(At("l")))
        {
            (entry.Path, entry.IsFolder, entry.Length, entry.Version).ShouldBe((At("l/x"), false, 5, written.Version));
            entry.Modified!.Value.ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
        }
    }

    [StoreFact]
    public async Task Existence_is_of_exact_paths()
    {
        foreach (var name in new[] { "out2/x", "out/x2", "out/x/below", "out/y" }) await Store.PutAsync(At(name), "x");

        (await Store.ExistAsync([At("out/x"), At("out/y"), At("out"), At("none/z"), At("out/y2"), At("out2/x")]))
            .Order(Comparer<StoragePath>.Create((a, b) => string.CompareOrdinal(a.Key, b.Key))).ShouldBe([At("out/y"), At("out2/x")]);
        (await Store.ExistAsync([At("out/x")])).ShouldBeEmpty();
        (await Store.ExistAsync([])).ShouldBeEmpty();
    }

    [StoreFact]
    public async Task Many_objects_are_deleted_at_once()
    {
        var paths = Enumerable.Range(0, 30).Select(i => At($"d/{i}")).ToList();
        foreach (var path in paths) await Store.PutAsync(path, "x");

        await Store.DeleteAsync([.. paths.Skip(1), At("d/none")]);

        (await Store.NamesAsync(At("d"))).ShouldBe(["0"]);
        await Store.DeleteAsync(Array.Empty<StoragePath>());
    }

    [StoreFact]
    public async Task A_copy_has_content_digest_and_metadata()
    {
        var original = await Store.PutAsync(At("from"), "content", new WriteOptions { Metadata = new Dictionary<string, string> { ["k"] = "v" }, ContentType = "text/plain" });

        await Store.CopyAsync(At("from"), At("to/copy"));
        await Store.CopyAsync(At("from"), At("other"), new WriteOptions { Metadata = new Dictionary<string, string> { ["k"] = "w" } });
        var copied = await Store.FindAsync(At("to/copy"));

        (await Store.TextAsync(At("to/copy"))).ShouldBe("content");
        (copied!.Sha256, copied.Metadata["k"], copied.ContentType).ShouldBe((original.Sha256, "v", "text/plain"));
        (await Store.FindAsync(At("other")))!.Metadata["k"].ShouldBe("w");
    }

    [StoreFact]
    public async Task A_large_object_is_copied_with_its_digest()
    {
        var written = await Store.WriteAsync(At("large"), new OneWayStream(RandomContent.Of(LargeSize)));

        await Store.CopyAsync(At("large"), At("copy"));

        (await Store.FindAsync(At("copy")))!.Sha256.ShouldBe(written.Sha256);
        StoreReading.Sha256(await Store.GetAsync(At("copy"))).ShouldBe(written.Sha256);
    }

    [StoreFact]
    public async Task A_move_leaves_nothing_behind()
    {
        var original = await Store.PutAsync(At("from"), "content", new WriteOptions { Metadata = new Dictionary<string, string> { ["k"] = "v" } });

        var moved = await Store.MoveAsync(At("from"), At("to"));

        (await Store.FindAsync(At("from"))).ShouldBeNull();
        (await Store.TextAsync(At("to"))).ShouldBe("content");
        (moved.Sha256, moved.Metadata["k"]).ShouldBe((original.Sha256, "v"));
        await Store.MoveAsync(At("to"), At("to")).RefusedAsync(StorageErrorKind.Invalid, StorageCodes.MalformedPath);
    }

    [StoreTheory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(70)]
    public async Task Objects_are_composed_in_order(int count)
    {
        var parts = Enumerable.Range(0, count).Select(i => At($"part/{i}")).ToList();
        foreach (var part in parts) await Store.PutAsync(part, part.Name + ";");
        var expected = string.Concat(parts.Select(part => part.Name + ";"));

        var composed = await Store.ComposeAsync(parts, At("whole"), new WriteOptions { Metadata = new Dictionary<string, string> { ["k"] = "v" } });
        await Store.ComposeAsync([At("whole"), At("part/0")], At("whole"));

        (composed.Length, composed.Metadata["k"]).ShouldBe((expected.Length, "v"));
        (await Store.TextAsync(At("whole"))).ShouldBe(expected + "0;");
        (await Store.NamesAsync(Folder)).ShouldBe(["part/", "whole"]);
    }
}
