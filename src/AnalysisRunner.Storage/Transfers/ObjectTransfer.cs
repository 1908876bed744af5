namespace AnalysisRunner.Storage.Transfers;

/// <summary>Brings what a URL names, an object or everything below a folder, to local files and back: for whoever localises inputs and delivers outputs. Thread-safe.</summary>
public sealed class ObjectTransfer(ObjectStores stores)
{
    private const int Parallelism = 4;

    /// <summary>Whether a URL is one of a store.</summary>
    public static bool Handles(string url) =>
        url is not null && url.Contains("://", StringComparison.Ordinal) && StoragePath.TryParse(url, out _, out _);

    /// <summary>Writes an object to a local file, or everything below a folder to a local folder, in a folder that exists.</summary>
    /// <exception cref="StorageException">It is not there, cannot be read, or is corrupt.</exception>
    /// <exception cref="IOException">The local file cannot be written.</exception>
    public async Task DownloadAsync(string from, string to, CancellationToken cancellationToken)
    {
        var source = StoragePath.Parse(from);
        var store = stores.For(source);
        if (!source.IsRoot && await store.FindAsync(source, cancellationToken).ConfigureAwait(false) is not null)
        {
            await store.DownloadAsync(source, to, null, cancellationToken).ConfigureAwait(false);
            return;
        }
        var target = Path.GetFullPath(to);
        var any = false;
        await Parallel.ForEachAsync(store.ListAsync(source, ListOptions.All, cancellationToken), Options(cancellationToken), async (entry, token) =>
        {
            any = true;
            // Whoever wrote the key chose it: combining refuses what would lead out of the target.
            var local = StoragePath.FromLocal(target).Combine(entry.Path.RelativeTo(source)).LocalPath;
            Directory.CreateDirectory(Path.GetDirectoryName(local)!);
            await store.DownloadAsync(entry.Path, local, null, token).ConfigureAwait(false);
        }).ConfigureAwait(false);
        if (!any) throw StorageErrors.NotFound(source);
    }

    /// <summary>Writes a local file to an object, or the files below a local folder to objects below a URL. Each appears whole or not at all; twice is as once.</summary>
    /// <exception cref="StorageException">It cannot be written.</exception>
    /// <exception cref="IOException">The local file cannot be read.</exception>
    public async Task UploadAsync(string from, string to, CancellationToken cancellationToken)
    {
        var destination = StoragePath.Parse(to);
        var store = stores.For(destination);
        if (!Directory.Exists(from))
        {
            await store.UploadAsync(from, destination, null, cancellationToken).ConfigureAwait(false);
            return;
        }
        await Parallel.ForEachAsync(Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories), Options(cancellationToken), async (file, token) =>
        {
            var relative = Path.GetRelativePath(from, file).Replace(Path.DirectorySeparatorChar, '/');
            await store.UploadAsync(file, destination.Combine(relative), null, token).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    /// <summary>A whole small object, such as a config file.</summary>
    /// <exception cref="StorageException">It is not there, cannot be read, or is corrupt.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAllAsync(string address, CancellationToken cancellationToken)
    {
        var path = StoragePath.Parse(address);
        var content = await stores.For(path).OpenReadAsync(path, null, cancellationToken).ConfigureAwait(false);
        await using var opened = content.ConfigureAwait(false);
        var bytes = new byte[content.Length];
        await content.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    private static ParallelOptions Options(CancellationToken cancellationToken) => new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
}
