using System.Runtime.CompilerServices;
using AnalysisRunner.Storage.Integrity;
using Microsoft.Win32.SafeHandles;

namespace AnalysisRunner.Storage.Files;

/// <summary>
/// Local files as objects. An object is written beside its place and takes its name when it is complete and on the disk; its SHA-256, CRC32C and
/// metadata are in a record in the folder <c>.analysis-runner</c> beside it. A file without a record was written by others and is read as it is.
/// </summary>
public sealed class FileStore : IObjectStore
{
    private const int BufferSize = 1024 * 1024;
    private const string DefaultContentType = "application/octet-stream";

    private readonly FileStoreOptions _options;
    private readonly StoreRoot? _root;

    /// <summary>Creates the store.</summary>
    /// <exception cref="StorageException"><c>AR7017</c>: the root does not exist.</exception>
    public FileStore(FileStoreOptions? options = null)
    {
        _options = options ?? new FileStoreOptions();
        _root = _options.Root is { } root ? new StoreRoot(root) : null;
    }

    /// <inheritdoc/>
    public string Scheme => StoragePath.FileScheme;

    /// <inheritdoc/>
    public Task<ObjectInfo?> FindAsync(StoragePath path, CancellationToken cancellationToken = default) => Guarded(path, "read", () =>
    {
        cancellationToken.ThrowIfCancellationRequested();
        EnsureObject(path);
        return Task.FromResult(FileVersion.At(path.LocalPath) is { } version
            ? Describe(path, version, Records(path).Read(path, path.Name)?.Find(version))
            : null);
    });

    /// <inheritdoc/>
    public async Task<IReadOnlySet<StoragePath>> ExistAsync(IReadOnlyCollection<StoragePath> paths, CancellationToken cancellationToken = default)
    {
        var found = new HashSet<StoragePath>();
        foreach (var path in paths)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await Guarded(path, "read", () => Task.FromResult(IsThere(path))).ConfigureAwait(false)) found.Add(path);
        }
        return found;

        bool IsThere(StoragePath path)
        {
            EnsureObject(path);
            return FileVersion.At(path.LocalPath) is not null;
        }
    }

    /// <inheritdoc/>
    public Task<ObjectReadStream> OpenReadAsync(StoragePath path, ReadOptions? options = null, CancellationToken cancellationToken = default) => Guarded(path, "read", () =>
    {
        cancellationToken.ThrowIfCancellationRequested();
        options ??= ReadOptions.Default;
        ObjectRules.EnsureRange(options);
        EnsureObject(path);
        var (handle, version, entry) = OpenRecorded(path);
        if (options.Version is { } wanted && wanted != version.ToString())
        {
            handle.Dispose();
            throw StorageErrors.PreconditionFailed(path, wanted);
        }
        var length = ObjectRules.RangeLength(options, version.Length);
        var expected = options.IsWhole && entry is not null ? entry.Digest : new ContentDigest(length, null, null);
        var bytes = new FileRangeStream(handle, options.Offset, options.IsWhole ? long.MaxValue : options.Offset + length, owned: true);
        return Task.FromResult(new ObjectReadStream(Describe(path, version, entry), bytes, expected, Timeout.InfiniteTimeSpan, options.Progress,
            error => Translate(path, "read", error)));
    });

    /// <inheritdoc/>
    public Task<ObjectInfo> WriteAsync(StoragePath path, Stream content, WriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        return Guarded(path, "write", async () =>
        {
            options ??= WriteOptions.Default;
            EnsureObject(path);
            ObjectRules.EnsureMetadata(path, options.Metadata, []);
            EnsureFolder(path);
            var temporary = Records(path).NewFile();
            try
            {
                var digest = await StageAsync(temporary, content, options.Progress, cancellationToken).ConfigureAwait(false);
                return await PlaceAsync(path, temporary, version => new FileRecordEntry(
                    version.ToString(), digest.Length, digest.Sha256!, digest.Crc32C!.Value, options.ContentType,
                    options.Metadata.Count == 0 ? null : options.Metadata), options.Condition, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                File.Delete(temporary);
            }
        });
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListEntry> ListAsync(StoragePath folder, ListOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ObjectRules.EnsureServed(folder, Scheme);
        if (!folder.IsRoot) FileNames.Ensure(folder, _options.PortableNames);
        using var entries = new FileListing(_root).List(folder, options ?? ListOptions.Default).GetEnumerator();
        while (await Guarded(folder, "list", () => Task.FromResult(entries.MoveNext())).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return entries.Current;
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(StoragePath path, string? version = null, CancellationToken cancellationToken = default) => Guarded(path, "delete", async () =>
    {
        EnsureObject(path);
        if (!Directory.Exists(path.Parent.LocalPath)) return version is null ? true : throw StorageErrors.PreconditionFailed(path, version);
        var records = Records(path);
        using var held = await records.LockAsync(path, path.Name, cancellationToken).ConfigureAwait(false);
        var current = FileVersion.At(path.LocalPath);
        if (version is not null && version != current?.ToString()) throw StorageErrors.PreconditionFailed(path, version);
        if (current is not null) File.Delete(path.LocalPath);
        records.Delete(path.Name);
        if (_options.Durable) FileSystem.FlushFolder(path.Parent.LocalPath);
        return true;
    });

    /// <inheritdoc/>
    public Task DeleteAsync(IReadOnlyCollection<StoragePath> paths, CancellationToken cancellationToken = default) =>
        ManyDeletions.RunAsync(paths, path => DeleteAsync(path, null, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<ObjectInfo> CopyAsync(StoragePath source, StoragePath destination, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        ThroughThisMachine.CopyAsync(this, source, this, destination, options, cancellationToken);

    /// <inheritdoc/>
    public Task<ObjectInfo> MoveAsync(StoragePath source, StoragePath destination, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        MoveByCopy.RunAsync(this, source, destination, options, cancellationToken);

    /// <inheritdoc/>
    public Task<ObjectInfo> ComposeAsync(IReadOnlyList<StoragePath> parts, StoragePath destination, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        ThroughThisMachine.ComposeAsync(this, parts, destination, options, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private FileRecords Records(StoragePath path) => new(path.Parent.LocalPath, _options.Durable);

    private void EnsureObject(StoragePath path)
    {
        ObjectRules.EnsureObject(path, Scheme);
        FileNames.Ensure(path, _options.PortableNames);
        _root?.Ensure(path);
    }

    private static void EnsureFolder(StoragePath path)
    {
        for (var folder = path.Parent; !folder.IsRoot; folder = folder.Parent)
        {
            if (Directory.Exists(folder.LocalPath)) break;
            if (File.Exists(folder.LocalPath))
                throw StorageErrors.NotSupported(path, $"\"{folder}\" is an object, and a file system cannot hold \"{path}\" below it. Choose another path.");
        }
        Directory.CreateDirectory(path.Parent.LocalPath);
    }

    private async Task<ContentDigest> StageAsync(string temporary, Stream content, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        using var handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
        var digest = await Staging.CopyAsync(content, handle, BufferSize, progress, cancellationToken).ConfigureAwait(false);
        File.SetLastWriteTimeUtc(handle, FileVersion.NextTime());
        if (_options.Durable) RandomAccess.FlushToDisk(handle);
        return digest;
    }

    // The record names the coming content before that takes its place, and keeps the present one: whoever reads meanwhile finds the entry of what he opened.
    private async Task<ObjectInfo> PlaceAsync(
        StoragePath path, string finished, Func<FileVersion, FileRecordEntry> describe, WriteCondition condition, CancellationToken cancellationToken)
    {
        var records = Records(path);
        var local = path.LocalPath;
        using var held = await records.LockAsync(path, path.Name, cancellationToken).ConfigureAwait(false);
        if (Directory.Exists(local)) throw StorageErrors.NotSupported(path, $"\"{path}\" is a folder, and a file system cannot hold an object of the same name. Choose another path.");
        var current = FileVersion.At(local);
        if (condition.Kind == WriteConditionKind.CreateOnly && current is not null) throw StorageErrors.AlreadyExists(path);
        if (condition.Kind == WriteConditionKind.MatchVersion && current?.ToString() != condition.Version) throw StorageErrors.PreconditionFailed(path, condition.Version!);

        var version = FileVersion.At(finished)!.Value;
        var entry = describe(version);
        var present = current is { } replaced ? records.Read(path, path.Name)?.Find(replaced) : null;
        records.Write(path.Name, new FileRecord(present is null ? [entry] : [present, entry]));
        if (condition.Kind != WriteConditionKind.CreateOnly) File.Move(finished, local, overwrite: true);
        else if (!FileSystem.TryPlace(finished, local)) throw StorageErrors.AlreadyExists(path);
        if (_options.Durable) FileSystem.FlushFolder(path.Parent.LocalPath);
        return Describe(path, version, entry);
    }

    private static (SafeFileHandle Handle, FileVersion Version, FileRecordEntry? Entry) OpenRecorded(StoragePath path)
    {
        if (PlainFiles.IsSpecial(path.LocalPath)) throw StorageErrors.NotFound(path);
        while (true)
        {
            var handle = File.OpenHandle(path.LocalPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
            try
            {
                var version = FileVersion.Of(handle);
                var record = Records(path, false).Read(path, path.Name);
                var entry = record?.Find(version);
                if (record is null || entry is not null) return (handle, version, entry);
                // A record without this content: it was replaced since it was opened, or altered by somebody else.
                if (FileVersion.At(path.LocalPath) == version)
                    throw StorageErrors.Corrupt(path, $"something else than this library wrote it after the record in \"{FileNames.WorkFolder}\" was made (if that was intended, delete and write it again)");
            }
            catch
            {
                handle.Dispose();
                throw;
            }
            handle.Dispose();
        }

        static FileRecords Records(StoragePath path, bool durable) => new(path.Parent.LocalPath, durable);
    }

    private static ObjectInfo Describe(StoragePath path, FileVersion version, FileRecordEntry? entry) => new()
    {
        Path = path,
        Length = version.Length,
        Version = version.ToString(),
        Modified = new DateTimeOffset(version.Modified),
        Sha256 = entry?.Sha256,
        Crc32C = entry?.Crc32C,
        ContentType = entry?.ContentType ?? DefaultContentType,
        Metadata = entry?.Metadata ?? ObjectInfo.NoMetadata,
    };

    private static async Task<T> Guarded<T>(StoragePath path, string operation, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception error) when (Translate(path, operation, error) is { } translated)
        {
            throw translated;
        }
    }

    private static StorageException? Translate(StoragePath path, string operation, Exception error) => error switch
    {
        StorageException => null,
        FileNotFoundException or DirectoryNotFoundException => StorageErrors.NotFound(path, error),
        UnauthorizedAccessException when Directory.Exists(path.LocalPath) => StorageErrors.NotFound(path, error),
        UnauthorizedAccessException => StorageErrors.Denied(path, operation, $"The user \"{Environment.UserName}\"", error.Message, error),
        IOException => StorageErrors.Unavailable(path, error.Message, error),
        _ => null,
    };
}
