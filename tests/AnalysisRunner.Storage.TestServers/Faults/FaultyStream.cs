using Microsoft.AspNetCore.Http;

namespace AnalysisRunner.Storage.TestServers.Faults;

/// <summary>A body whose connection is cut, or one byte of which is altered, at a position.</summary>
internal sealed class FaultyStream(Stream inner, Fault fault, HttpContext context) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (fault.Kind == FaultKind.CutRequest)
        {
            if (_position == fault.Number) Cut();
            buffer = buffer[..(int)Math.Min(buffer.Length, fault.Number - _position)];
        }
        var read = await inner.ReadAsync(buffer, cancellationToken);
        if (fault.Kind == FaultKind.AlterRequest) Alter(buffer.Span[..read]);
        _position += read;
        return read;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var copy = buffer.ToArray();
        var allowed = fault.Kind == FaultKind.CutAnswer ? (int)Math.Min(copy.Length, fault.Number - _position) : copy.Length;
        if (fault.Kind == FaultKind.AlterAnswer) Alter(copy);
        await inner.WriteAsync(copy.AsMemory(0, allowed), cancellationToken);
        _position += allowed;
        if (allowed == copy.Length) return;
        await inner.FlushAsync(cancellationToken);
        Cut();
    }

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Cut()
    {
        context.Abort();
        throw new IOException("The connection was cut, as the test asks.");
    }

    private void Alter(Span<byte> block)
    {
        if (fault.Number >= _position && fault.Number < _position + block.Length)
        {
            var at = (int)(fault.Number - _position);
            block[at] = (byte)~block[at];
        }
    }
}
