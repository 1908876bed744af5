using System.Buffers;
using AnalysisRunner.Storage.Integrity;

namespace AnalysisRunner.Storage.Transfers;

/// <summary>Cuts a stream of unknown length into parts, digesting the whole on the way. Memory holds one buffer per part that is on its way, whatever the length.</summary>
/// <param name="content">Read from where it is.</param>
/// <param name="buffers">Where the parts lie.</param>
/// <param name="buffered">How many parts lie in memory; those after them are larger, so that a store's greatest number of parts makes its greatest object, and lie in temporary files.</param>
/// <param name="spooledSize">The size of the latter, in bytes.</param>
internal sealed class PartReader(Stream content, PartBuffers buffers, int buffered, long spooledSize) : IDisposable
{
    private const int FirstBlock = 64 * 1024;

    private readonly ContentHasher _hasher = ContentHasher.ForWriting();
    private int _parts;

    /// <summary>The digest of what was read so far.</summary>
    internal ContentDigest Digest => _hasher.Current();

    /// <summary>The first part, in a buffer that is no larger than a small object needs.</summary>
    internal async Task<UploadPart> FirstAsync(CancellationToken cancellationToken)
    {
        _parts = 1;
        var small = ArrayPool<byte>.Shared.Rent(FirstBlock);
        var limit = Math.Min(FirstBlock, buffers.Size);
        var length = 0;
        try
        {
            length = await content.ReadAtLeastAsync(small.AsMemory(0, limit), limit, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            _hasher.Append(small.AsSpan(0, length));
            if (length < limit)
            {
                var held = UploadPart.InMemory(small, length, static buffer => ArrayPool<byte>.Shared.Return(buffer));
                small = null;
                return held;
            }
            var buffer = buffers.Rent();
            small.AsSpan(0, length).CopyTo(buffer);
            return await FillAsync(buffer, length, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (small is not null) ArrayPool<byte>.Shared.Return(small);
        }
    }

    /// <summary>The next part; null at the end.</summary>
    internal async Task<UploadPart?> NextAsync(CancellationToken cancellationToken)
    {
        var part = ++_parts <= buffered
            ? await FillAsync(buffers.Rent(), 0, cancellationToken).ConfigureAwait(false)
            : await UploadPart.SpooledAsync(content, spooledSize, block => _hasher.Append(block.Span), cancellationToken).ConfigureAwait(false);
        if (part.Length > 0) return part;
        part.Dispose();
        return null;
    }

    public void Dispose() => _hasher.Dispose();

    private async Task<UploadPart> FillAsync(byte[] buffer, int filled, CancellationToken cancellationToken)
    {
        try
        {
            var wanted = buffers.Size - filled;
            var length = wanted == 0 ? 0 : await content.ReadAtLeastAsync(buffer.AsMemory(filled, wanted), wanted, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            _hasher.Append(buffer.AsSpan(filled, length));
            return UploadPart.InMemory(buffer, filled + length, buffers.Return);
        }
        catch
        {
            buffers.Return(buffer);
            throw;
        }
    }
}
