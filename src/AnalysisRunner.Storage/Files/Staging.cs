using System.Buffers;
using AnalysisRunner.Storage.Integrity;
using Microsoft.Win32.SafeHandles;

namespace AnalysisRunner.Storage.Files;

/// <summary>Fills an unfinished file from a stream, digesting what passes; the next block is read while the last one is written.</summary>
internal static class Staging
{
    internal static async Task<ContentDigest> CopyAsync(Stream content, SafeFileHandle file, int blockSize, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        using var hasher = ContentHasher.ForWriting();
        var (filling, writing) = (ArrayPool<byte>.Shared.Rent(blockSize), ArrayPool<byte>.Shared.Rent(blockSize));
        var pending = Task.CompletedTask;
        try
        {
            while (true)
            {
                var length = await content.ReadAtLeastAsync(filling.AsMemory(0, blockSize), blockSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                await pending.ConfigureAwait(false);
                if (length == 0) return hasher.Current();
                (filling, writing) = (writing, filling);
                pending = RandomAccess.WriteAsync(file, writing.AsMemory(0, length), hasher.Length, cancellationToken).AsTask();
                hasher.Append(writing.AsSpan(0, length));
                progress?.Report(hasher.Length);
            }
        }
        finally
        {
            // A block must not return to the pool while the system still reads it.
            await pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<byte>.Shared.Return(filling);
            ArrayPool<byte>.Shared.Return(writing);
        }
    }
}
