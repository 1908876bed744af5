using AnalysisRunner.Storage.Integrity;

namespace AnalysisRunner.Storage;

/// <summary>
/// The content of an object, checked while it is read: a premature end, a surplus, or a digest other than the recorded one is
/// <see cref="StorageErrorKind.Corrupt"/>, thrown no later than by the read that would have returned the last byte.
/// </summary>
public sealed class ObjectReadStream : Stream
{
    private readonly Stream _inner;
    private readonly ContentDigest _expected;
    private readonly ContentHasher _hasher;
    private readonly TimeSpan _idle;
    private readonly IProgress<long>? _progress;
    private readonly Func<Exception, StorageException?> _translate;
    private readonly CancellationTokenSource _silence = new();
    private bool _ended;

    /// <param name="info">The object.</param>
    /// <param name="inner">Its bytes as they come; owned.</param>
    /// <param name="expected">The length of what is read, and digests where the whole is read.</param>
    /// <param name="idle">How long one read may wait.</param>
    /// <param name="progress">Is told the bytes so far.</param>
    /// <param name="translate">The error of a fault of <paramref name="inner"/>; null when it is none of the store.</param>
    internal ObjectReadStream(ObjectInfo info, Stream inner, ContentDigest expected, TimeSpan idle, IProgress<long>? progress, Func<Exception, StorageException?> translate)
    {
        Info = info;
        _inner = inner;
        _expected = expected;
        _hasher = ContentHasher.ForChecking(expected);
        _idle = idle;
        _progress = progress;
        _translate = translate;
    }

    /// <summary>The object that is read, at the version that is read.</summary>
    public ObjectInfo Info { get; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>The number of bytes that will be read: of the object, or of the range.</summary>
    public override long Length => _expected.Length;

    /// <summary>The number of bytes that were read.</summary>
    public override long Position
    {
        get => _hasher.Length;
        set => throw new NotSupportedException("The content of an object is read once, forwards. Open a range to begin elsewhere.");
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0 || _ended) return 0;
        var read = await ReadOnceAsync(buffer, cancellationToken).ConfigureAwait(false);
        _hasher.Append(buffer.Span[..read]);
        if (read == 0 || _hasher.Length >= _expected.Length) await EndAsync(read, cancellationToken).ConfigureAwait(false);
        if (read > 0) _progress?.Report(_hasher.Length);
        return read;
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var copy = new byte[buffer.Length];
        var read = Read(copy, 0, copy.Length);
        copy.AsSpan(0, read).CopyTo(buffer);
        return read;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _inner.Dispose();
        _hasher.Dispose();
        _silence.Dispose();
        base.Dispose(disposing);
    }

    // What is digested is complete only when nothing follows: a surplus byte is an altered object too.
    private async ValueTask EndAsync(int read, CancellationToken cancellationToken)
    {
        if (read > 0 && _hasher.Length == _expected.Length)
        {
            var surplus = new byte[1];
            _hasher.Append(surplus.AsSpan(0, await ReadOnceAsync(surplus, cancellationToken).ConfigureAwait(false)));
        }
        _ended = true;
        if (_expected.Difference(_hasher.Current()) is { } difference) throw StorageErrors.Corrupt(Info.Path, difference);
    }

    private async ValueTask<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        // One source for the life of the stream: a source per read would be garbage per read.
        _silence.CancelAfter(_idle);
        using var registration = cancellationToken.UnsafeRegister(static silence => ((CancellationTokenSource)silence!).Cancel(), _silence);
        try
        {
            return await _inner.ReadAsync(buffer, _silence.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && _silence.IsCancellationRequested)
        {
            throw StorageErrors.TimedOut(Info.Path, _idle);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception error) when (_translate(error) is { } translated)
        {
            throw translated;
        }
        finally
        {
            if (!_silence.IsCancellationRequested) _silence.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }
}
