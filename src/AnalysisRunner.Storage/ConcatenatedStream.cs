using AnalysisRunner.Storage.Transfers;

namespace AnalysisRunner.Storage;

/// <summary>The contents of objects, end to end, each opened when the one before it has ended.</summary>
internal sealed class ConcatenatedStream(IObjectStore store, IReadOnlyList<StoragePath> parts) : ForwardStream
{
    private ObjectReadStream? _current;
    private int _next;
    private long _position;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_current is null)
            {
                if (_next == parts.Count) return 0;
                _current = await store.OpenReadAsync(parts[_next++], null, cancellationToken).ConfigureAwait(false);
            }
            var read = await _current.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            _position += read;
            if (read > 0 || buffer.Length == 0) return read;
            await _current.DisposeAsync().ConfigureAwait(false);
            _current = null;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _current?.Dispose();
        base.Dispose(disposing);
    }
}
