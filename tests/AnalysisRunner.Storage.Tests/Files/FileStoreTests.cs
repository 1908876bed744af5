using AnalysisRunner.Storage.Files;

namespace AnalysisRunner.Storage.Tests.Files;

public sealed class FileStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FileStore _store = new();

    private StoragePath At(string name) => StoragePath.FromLocal(_folder.Path).Combine(name);

    [Fact]
    public async Task A_file_of_somebody_else_is_read_as_it_is()
    {
        await File.WriteAllTextAsync(_folder["theirs"], "content");

        (await _store.TextAsync(At("theirs"))).ShouldBe("content");
        (await _store.FindAsync(At("theirs")))!.Sha256.ShouldBeNull();
    }

    [Fact]
    public async Task A_file_that_somebody_else_replaced_is_corrupt_until_it_is_deleted()
    {
        await _store.PutAsync(At("x"), "ours");
        await File.WriteAllTextAsync(_folder["x"], "theirs, later");

        var error = await _store.TextAsync(At("x")).RefusedAsync(StorageErrorKind.Corrupt, StorageCodes.Corrupt);
        error.Message.ShouldContain("delete and write it again");
        await _store.DeleteAsync(At("x"));
        await File.WriteAllTextAsync(_folder["x"], "theirs, now");
        (await _store.TextAsync(At("x"))).ShouldBe("theirs, now");
    }

    [LinuxFact]
    public async Task What_is_no_file_is_neither_listed_nor_read_and_holds_nobody_up()
    {
        await _store.PutAsync(At("a/x"), "x");
        using (var made = System.Diagnostics.Process.Start("mkfifo", [_folder["a/pipe"]]))
        {
            await made.WaitForExitAsync();
            made.ExitCode.ShouldBe(0);
        }
        File.CreateSymbolicLink(_folder["a/link"], _folder["a/pipe"]);

        (await _store.NamesAsync(At("a"), ListOptions.All)).ShouldBe(["x"]);
        await _store.TextAsync(At("a/pipe")).WaitAsync(TimeSpan.FromMinutes(1)).RefusedAsync(StorageErrorKind.NotFound, StorageCodes.NotFound);
        await _store.TextAsync(At("a/link")).WaitAsync(TimeSpan.FromMinutes(1)).RefusedAsync(StorageErrorKind.NotFound, StorageCodes.NotFound);
    }

    [Fact]
    public async Task A_write_leaves_no_unfinished_file_and_its_records_are_not_listed()
    {
        await _store.PutAsync(At("a/x"), "x");
        await Should.ThrowAsync<InvalidDataException>(() => _store.WriteAsync(At("a/y"), new OneWayStream([1], at: _ => throw new InvalidDataException())));

        Directory.GetFiles(_folder["a/.analysis-runner"], "new-*").ShouldBeEmpty();
        (await _store.NamesAsync(At("a"), ListOptions.All)).ShouldBe(["x"]);
        (await _store.NamesAsync(StoragePath.FromLocal(_folder.Path), ListOptions.All)).ShouldBe(["a/x"]);
        await _store.PutAsync(At("a/.analysis-runner/x"), "x").RefusedAsync(StorageErrorKind.Invalid, StorageCodes.UnsafeName);
    }

    [Fact]
    public async Task A_damaged_record_is_corrupt()
    {
        await _store.PutAsync(At("x"), "x");
        await File.WriteAllTextAsync(Directory.GetFiles(_folder[".analysis-runner"], "*.json").Single(), "{");

        (await _store.TextAsync(At("x")).RefusedAsync(StorageErrorKind.Corrupt, StorageCodes.Corrupt)).Message.ShouldContain(".json");
    }

    [Fact]
    public async Task Two_stores_as_two_processes_have_one_create_only_winner()
    {
        var stores = Enumerable.Range(0, 16).Select(_ => new FileStore()).ToList();

        var outcomes = await Task.WhenAll(stores.Select((store, i) => Task.Run(async () =>
        {
            try
            {
                await store.PutAsync(At("race"), $"{i}", new WriteOptions { Condition = WriteCondition.CreateOnly });
                return true;
            }
            catch (StorageException error) when (error.Kind == StorageErrorKind.AlreadyExists)
            {
                return false;
            }
        })));

        outcomes.Count(won => won).ShouldBe(1);
    }

    [Fact]
    public async Task A_create_only_write_does_not_replace_what_appears_after_it_looked()
    {
        // A program that knows nothing of the lock: the link itself must refuse.
        await File.WriteAllTextAsync(_folder["finished"], "ours");
        await File.WriteAllTextAsync(_folder["taken"], "theirs");

        FileSystem.TryPlace(_folder["finished"], _folder["taken"]).ShouldBeFalse();
        (await File.ReadAllTextAsync(_folder["taken"])).ShouldBe("theirs");
        FileSystem.TryPlace(_folder["finished"], _folder["free"]).ShouldBeTrue();
        File.Exists(_folder["finished"]).ShouldBeFalse();
    }

    [Theory]
    [InlineData("CON")]
    [InlineData("sub/nul.txt")]
    [InlineData("Lpt1.tar.gz")]
    [InlineData("ends.")]
    [InlineData("ends ")]
    [InlineData("a:b")]
    [InlineData("what?")]
    [InlineData("back\\slash")]
    public async Task Names_that_Windows_cannot_hold_are_refused_when_asked(string name)
    {
        var store = new FileStore(new FileStoreOptions { PortableNames = true });
        if (OperatingSystem.IsWindows() && name.Contains('\\', StringComparison.Ordinal)) return;

        var error = await store.PutAsync(At(name), "x").RefusedAsync(StorageErrorKind.Invalid, StorageCodes.UnsafeName);
        error.Message.ShouldContain("Windows");
        await store.PutAsync(At("console.txt"), "x");
    }

    [Fact]
    public async Task No_operation_leaves_the_root()
    {
        using var outside = new TemporaryFolder();
        await File.WriteAllTextAsync(outside["secret"], "secret");
        Directory.CreateDirectory(_folder["root/inner"]);
        await File.WriteAllTextAsync(_folder["root/inner/x"], "inside");
        Directory.CreateSymbolicLink(_folder["root/out"], outside.Path);
        Directory.CreateSymbolicLink(_folder["root/in"], _folder["root/inner"]);
        File.CreateSymbolicLink(_folder["root/file"], outside["secret"]);
        File.CreateSymbolicLink(_folder["root/dangling"], outside["new"]);
        var store = new FileStore(new FileStoreOptions { Root = _folder["root"] });

        foreach (var name in new[] { "root/out/secret", "root/file", "root/dangling", "root/out/new/deep", "elsewhere", "root2/x" })
        {
            await store.FindAsync(At(name)).RefusedAsync(StorageErrorKind.Denied, StorageCodes.OutsideRoot);
            await store.OpenReadAsync(At(name)).RefusedAsync(StorageErrorKind.Denied, StorageCodes.OutsideRoot);
            await store.PutAsync(At(name), "x").RefusedAsync(StorageErrorKind.Denied, StorageCodes.OutsideRoot);
            await store.DeleteAsync(At(name)).RefusedAsync(StorageErrorKind.Denied, StorageCodes.OutsideRoot);
            await Should.ThrowAsync<StorageException>(() => store.ExistAsync([At(name)]));
        }
        await store.NamesAsync(At("root/out")).RefusedAsync(StorageErrorKind.Denied, StorageCodes.OutsideRoot);
        (await store.NamesAsync(At("root"), ListOptions.All)).ShouldBe(["inner/x"]);
        (await store.TextAsync(At("root/in/x"))).ShouldBe("inside");
        Directory.GetFileSystemEntries(outside.Path).ShouldBe([outside["secret"]]);
    }

    [Fact]
    public void A_root_that_does_not_exist_is_refused()
    {
        Should.Throw<StorageException>(() => new FileStore(new FileStoreOptions { Root = _folder["none"] })).Code.ShouldBe(StorageCodes.BadSetting);
    }

    [Fact]
    public async Task A_folder_is_no_object_and_an_object_no_folder()
    {
        await _store.PutAsync(At("a/x"), "x");

        (await _store.FindAsync(At("a"))).ShouldBeNull();
        await _store.OpenReadAsync(At("a")).RefusedAsync(StorageErrorKind.NotFound, StorageCodes.NotFound);
        await _store.PutAsync(At("a"), "x").RefusedAsync(StorageErrorKind.NotSupported, StorageCodes.NotSupported);
        await _store.PutAsync(At("a/x/y"), "x").RefusedAsync(StorageErrorKind.NotSupported, StorageCodes.NotSupported);
        await _store.DeleteAsync(At("a"));
        (await _store.TextAsync(At("a/x"))).ShouldBe("x");
    }

    [Fact]
    public async Task A_name_of_255_bytes_is_possible()
    {
        var name = new string('n', 255);
        await _store.PutAsync(At(name), "x");

        (await _store.NamesAsync(StoragePath.FromLocal(_folder.Path))).ShouldBe([name]);
    }

    public void Dispose() => _folder.Dispose();
}
