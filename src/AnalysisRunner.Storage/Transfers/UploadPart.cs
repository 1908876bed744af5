using System.Buffers;

namespace AnalysisRunner.Storage.Transfers;

/// <summary>A piece of content that can be sent more than once: in memory or, where it is too large for that, in a temporary file.</summary>
internal sealed class UploadPart : IDisposable
{
    private readonly byte[]? _buffer;
    private Action<byte[]>? _release;
    private readonly FileStream? _file;

    private UploadPart(byte[] buffer, int length, Action<byte[]> release)
    {
        _buffer = buffer;
        _release = release;
        Length = length;
    }

    private UploadPart(FileStream file)
    {
        _file = file;
        Length = file.Length;
    }

    internal long Length { get; }

    internal static UploadPart InMemory(byte[] buffer, int length, Action<byte[]> release) => new(buffer, length, release);

    /// <summary>Takes bytes of a stream into a temporary file, which ends with the part.</summary>
    /// <param name="content">Read from where it is.</param>
    /// <param name="maximum">How many bytes to take at most.</param>
    /// <param name="seen">Is shown every block.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal static async Task<UploadPart> SpooledAsync(Stream content, long maximum, Action<ReadOnlyMemory<byte>> seen, CancellationToken cancellationToken)
    {
        var file = new FileStream(Path.Combine(Path.GetTempPath(), $"analysis-runner-upload-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None,
            bufferSize: 0, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        var block = ArrayPool<byte>.Shared.Rent(1024 * 1024);
        try
        {
            while (file.Length < maximum)
            {
                var read = await content.ReadAsync(block.AsMemory(0, (int)Math.Min(block.Length, maximum - file.Length)), cancellationToken).ConfigureAwait(false);
                if (read == 0) break;
                seen(block.AsMemory(0, read));
                await file.WriteAsync(block.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
            return new UploadPart(file);
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>The content from its beginning; one stream at a time.</summary>
    internal Stream Open()
    {
        if (_file is null) return new MemoryStream(_buffer!, 0, (int)Length, writable: false, publiclyVisible: true);
        _file.Position = 0;
        return new KeptOpenStream(_file);
    }

    // A buffer that were returned twice would be two writers' buffer.
    public void Dispose()
    {
        _file?.Dispose();
        if (_buffer is not null) Interlocked.Exchange(ref _release, null)?.Invoke(_buffer);
    }

    // Whoever sends a stream disposes of it; the file must last for another attempt.
    private sealed class KeptOpenStream(FileStream file) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => file.Length;

        public override long Position { get => file.Position; set => file.Position = value; }

        public override int Read(byte[] buffer, int offset, int count) => file.Read(buffer, offset, count);

        public override int Read(Span<byte> buffer) => file.Read(buffer);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => file.ReadAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => file.ReadAsync(buffer, offset, count, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
