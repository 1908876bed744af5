using System.Buffers;
using AnalysisRunner.Storage.Integrity;

namespace AnalysisRunner.Storage.Transfers;

/// <summary>
/// Cuts a stream of unknown length into parts, digesting the whole on the way. Memory holds one buffer per part that is on its way, whatever the length; the parts of a
/// local file are ranges of it and take none.
/// </summary>
/// <param name="content">Read from where it is. A file must stay open until its parts have gone.</param>
/// <param name="buffers">Where the parts lie.</param>
/// <param name="buffered">How many parts have the size of a buffer; those after them are larger, so that a store's greatest number of parts makes its greatest object, and lie in files.</param>
/// <param name="largerSize">The size of the latter, in bytes.</param>
internal sealed class PartReader(Stream content, PartBuffers buffers, int buffered, long largerSize) : IDisposable
{
    private const int FirstBlock = 64 * 1024;
    private const int FileBlock = 512 * 1024;

    private readonly ContentHasher _hasher = ContentHasher.ForWriting();
    private readonly FileStream? _file = content is FileStream { CanSeek: true } file ? file : null;
    private readonly long _begin = content is FileStream { CanSeek: true } begun ? begun.Position : 0;
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
            if (_file is not null) return await RangeAsync(_file, _begin, buffers.Size, cancellationToken).ConfigureAwait(false);
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
        var isLarger = ++_parts > buffered;
        var part = _file is not null ? await RangeAsync(_file, _file.Position, isLarger ? largerSize : buffers.Size, cancellationToken).ConfigureAwait(false)
            : isLarger ? await UploadPart.SpooledAsync(content, largerSize, block => _hasher.Append(block.Span), cancellationToken).ConfigureAwait(false)
            : await FillAsync(buffers.Rent(), 0, cancellationToken).ConfigureAwait(false);
        if (part.Length > 0) return part;
        part.Dispose();
        return null;
    }

    /// <summary>The first part and everything after it as one.</summary>
    /// <param name="first">Disposed of here.</param>
    /// <param name="maximum">How many bytes to take at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task<UploadPart> WholeAsync(UploadPart first, long maximum, CancellationToken cancellationToken)
    {
        using var held = first;
        if (_file is not null) return await RangeAsync(_file, _begin, maximum, cancellationToken).ConfigureAwait(false);
        var beginning = first.Open();
        await using var opened = beginning.ConfigureAwait(false);
        var both = new ChainedStream(beginning, content);
        await using var chained = both.ConfigureAwait(false);
        var digested = first.Length;
        return await UploadPart.SpooledAsync(both, maximum, block =>
        {
            var known = (int)Math.Min(digested, block.Length);
            digested -= known;
            _hasher.Append(block.Span[known..]);
        }, cancellationToken).ConfigureAwait(false);
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

    // Digests on to where the range ends, and leaves the bytes where they are. Whoever changes the file meanwhile changes the part: the store, which compares digests, refuses it.
    private async Task<UploadPart> RangeAsync(FileStream file, long start, long size, CancellationToken cancellationToken)
    {
        var block = ArrayPool<byte>.Shared.Rent(FileBlock);
        try
        {
            while (file.Position < start + size)
            {
                var read = await file.ReadAsync(block.AsMemory(0, (int)Math.Min(block.Length, start + size - file.Position)), cancellationToken).ConfigureAwait(false);
                if (read == 0) break;
                _hasher.Append(block.AsSpan(0, read));
            }
            return UploadPart.OfFile(file.SafeFileHandle, start, file.Position - start);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }
}
