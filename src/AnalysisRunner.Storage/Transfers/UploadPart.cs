using System.Buffers;
using AnalysisRunner.Storage.Files;
using Microsoft.Win32.SafeHandles;

namespace AnalysisRunner.Storage.Transfers;

/// <summary>A piece of content that can be sent more than once: in memory, or a range of a file, which is a temporary one where the content came as a stream that is too large for memory.</summary>
internal sealed class UploadPart : IDisposable
{
    private readonly byte[]? _buffer;
    private readonly SafeFileHandle? _file;
    private readonly long _start;
    private Action? _release;

    private UploadPart(byte[] buffer, int length, Action release) => (_buffer, Length, _release) = (buffer, length, release);

    private UploadPart(SafeFileHandle file, long start, long length, Action? release) => (_file, _start, Length, _release) = (file, start, length, release);

    internal long Length { get; }

    internal static UploadPart InMemory(byte[] buffer, int length, Action<byte[]> release) => new(buffer, length, () => release(buffer));

    /// <summary>A range of a file that stays open longer than the part.</summary>
    internal static UploadPart OfFile(SafeFileHandle file, long start, long length) => new(file, start, length, null);

    /// <summary>Takes bytes of a stream into a temporary file, which ends with the part.</summary>
    /// <param name="content">Read from where it is.</param>
    /// <param name="maximum">How many bytes to take at most.</param>
    /// <param name="seen">Is shown every block.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal static async Task<UploadPart> SpooledAsync(Stream content, long maximum, Action<ReadOnlyMemory<byte>> seen, CancellationToken cancellationToken)
    {
        var file = File.OpenHandle(Path.Combine(Path.GetTempPath(), $"analysis-runner-upload-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None,
            FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        var block = ArrayPool<byte>.Shared.Rent(1024 * 1024);
        try
        {
            var length = 0L;
            while (length < maximum)
            {
                var read = await content.ReadAsync(block.AsMemory(0, (int)Math.Min(block.Length, maximum - length)), cancellationToken).ConfigureAwait(false);
                if (read == 0) break;
                seen(block.AsMemory(0, read));
                await RandomAccess.WriteAsync(file, block.AsMemory(0, read), length, cancellationToken).ConfigureAwait(false);
                length += read;
            }
            return new UploadPart(file, 0, length, file.Dispose);
        }
        catch
        {
            file.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>The content after its first bytes.</summary>
    internal Stream Open(long skipped = 0) => _file is null
        ? new MemoryStream(_buffer!, (int)skipped, (int)(Length - skipped), writable: false, publiclyVisible: true)
        : new FileRangeStream(_file, _start + skipped, _start + Length, owned: false);

    // A buffer that were returned twice would be two writers' buffer.
    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
