using AnalysisRunner.Storage.Transfers;
using Microsoft.Win32.SafeHandles;

namespace AnalysisRunner.Storage.Files;

/// <summary>The bytes of an open file from one position to another, or as far as they go.</summary>
/// <param name="handle">The file.</param>
/// <param name="position">Where to begin.</param>
/// <param name="end">Where to end.</param>
/// <param name="owned">Whether the file is closed with the stream.</param>
internal sealed class FileRangeStream(SafeFileHandle handle, long position, long end, bool owned) : ForwardStream
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
        if (disposing && owned) handle.Dispose();
        base.Dispose(disposing);
    }
}
