using AnalysisRunner.Storage.Transfers;
using Microsoft.Win32.SafeHandles;

namespace AnalysisRunner.Storage.Files;

/// <summary>The bytes of an open file from one position to another, or as far as they go.</summary>
internal sealed class FileRangeStream(SafeFileHandle handle, long position, long end) : ForwardStream
{
    private long _position = position;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = (int)Math.Min(buffer.Length, end - _position);
        if (wanted <= 0) return 0;
        var read = await RandomAccess.ReadAsync(handle, buffer[..wanted], _position, cancellationToken).ConfigureAwait(false);
        _position += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) handle.Dispose();
        base.Dispose(disposing);
    }
}
