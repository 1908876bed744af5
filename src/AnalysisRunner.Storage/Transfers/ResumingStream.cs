namespace AnalysisRunner.Storage.Transfers;

/// <summary>
/// The bytes of an object as they come over a network: when the connection breaks, the rest is asked for from where it broke, at the same version.
/// </summary>
/// <param name="opened">What the first request gave.</param>
/// <param name="position">Where in the object it begins.</param>
/// <param name="end">Where it will end.</param>
/// <param name="reopen">Opens the bytes from a position to the end.</param>
/// <param name="isBreak">Whether a fault is one of the connection.</param>
/// <param name="attempts">How often in a row the rest is asked for without a byte having come.</param>
internal sealed class ResumingStream(
    Stream opened, long position, long end, Func<long, CancellationToken, Task<Stream>> reopen, Func<Exception, bool> isBreak, int attempts) : ForwardStream
{
    private Stream _current = opened;
    private long _position = position;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var read = await _current.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                _position += read;
                // A body without a length ends silently when its connection does.
                if (read > 0 || _position >= end || buffer.Length == 0 || attempt >= attempts) return read;
            }
            catch (Exception error) when (attempt < attempts && !cancellationToken.IsCancellationRequested && isBreak(error))
            {
                // Asked again below.
            }
            await Task.Delay(Backoff.Delay(attempt), cancellationToken).ConfigureAwait(false);
            await _current.DisposeAsync().ConfigureAwait(false);
            _current = await reopen(_position, cancellationToken).ConfigureAwait(false);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _current.Dispose();
        base.Dispose(disposing);
    }
}
