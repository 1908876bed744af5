using System.Buffers;
using AnalysisRunner.Storage.Integrity;
using Microsoft.Win32.SafeHandles;

namespace AnalysisRunner.Storage.Transfers;

/// <summary>Brings objects to local files and back. A file appears whole, after its digest was compared, or not at all.</summary>
public static class LocalTransfers
{
    private const int BlockSize = 256 * 1024;

    /// <summary>Writes a local file to an object.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="StorageException">The object cannot be written.</exception>
    public static async Task<ObjectInfo> UploadAsync(
        this IObjectStore store, string localFile, StoragePath path, WriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var content = new FileStream(localFile, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        await using var opened = content.ConfigureAwait(false);
        return await store.WriteAsync(path, content, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Brings an object to a local file, which is replaced; a large one in parallel ranges of one version.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="StorageException">The object cannot be read, or is corrupt.</exception>
    public static async Task<ObjectInfo> DownloadAsync(
        this IObjectStore store, StoragePath path, string localFile, DownloadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        options ??= DownloadOptions.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Parallelism, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RangeSize, BlockSize, nameof(options));
        var draft = $"{localFile}.{Guid.NewGuid():N}.partial";
        try
        {
            ObjectInfo info;
            // Nobody else knows the name of the draft: a lock would keep nobody out.
            using (var file = File.OpenHandle(draft, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, FileOptions.Asynchronous))
                info = await FillAsync(store, path, file, options, cancellationToken).ConfigureAwait(false);
            File.Move(draft, localFile, overwrite: true);
            return info;
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    private static async Task<ObjectInfo> FillAsync(IObjectStore store, StoragePath path, SafeFileHandle file, DownloadOptions options, CancellationToken cancellationToken)
    {
        var arrived = new ByteCount(options.Progress);
        // The first range says how long the object is: a small one takes no further request, and is compared with its record as it comes.
        var whole = await store.OpenReadAsync(path, null, cancellationToken).ConfigureAwait(false);
        await using (whole.ConfigureAwait(false))
        {
            // Ranges are digested apart and put together, which CRC32C allows and SHA-256 does not.
            if (whole.Info.Length <= options.RangeSize || whole.Info.Crc32C is null || options.Parallelism == 1)
            {
                await CopyAsync(whole, file, 0, arrived, cancellationToken).ConfigureAwait(false);
                return whole.Info;
            }
        }
        var info = whole.Info;
        RandomAccess.SetLength(file, info.Length);
        var sums = new uint[(info.Length + options.RangeSize - 1) / options.RangeSize];
        await Parallel.ForAsync(0, sums.Length, new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var offset = (long)i * options.RangeSize;
            var range = await store.OpenReadAsync(path, new ReadOptions { Offset = offset, Length = options.RangeSize, Version = info.Version }, token).ConfigureAwait(false);
            await using var opened = range.ConfigureAwait(false);
            sums[i] = await CopyAsync(range, file, offset, arrived, token).ConfigureAwait(false);
        }).ConfigureAwait(false);
        var sum = sums[0];
        for (var i = 1; i < sums.Length; i++) sum = Crc32C.Combine(sum, sums[i], Math.Min(options.RangeSize, info.Length - ((long)i * options.RangeSize)));
        return new ContentDigest(info.Length, null, info.Crc32C).Difference(new ContentDigest(info.Length, null, sum)) is { } difference
            ? throw StorageErrors.Corrupt(path, difference)
            : info;
    }

    private static async Task<uint> CopyAsync(ObjectReadStream content, SafeFileHandle file, long offset, ByteCount arrived, CancellationToken cancellationToken)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            var sum = 0u;
            while (true)
            {
                var read = await content.ReadAtLeastAsync(block, BlockSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                if (read == 0) return sum;
                sum = Crc32C.Append(sum, block.AsSpan(0, read));
                // The little that ends a file, and all of a small one, goes faster at once than by way of another thread.
                if (read < BlockSize) RandomAccess.Write(file, block.AsSpan(0, read), offset);
                else await RandomAccess.WriteAsync(file, block.AsMemory(0, read), offset, cancellationToken).ConfigureAwait(false);
                offset += read;
                arrived.Add(read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }
}
