using System.Diagnostics;

namespace AnalysisRunner.Server.Code;

/// <summary>A git process that answers one question after another for as long as its stdin is open. One question at a time.</summary>
internal sealed class GitSession : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _error;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>Takes over a process whose streams are redirected; <paramref name="error"/> ends with what it wrote to stderr.</summary>
    public GitSession(Process process, Task<string> error) => (_process, _error) = (process, error);

    /// <summary>Asks.</summary>
    public async Task AskAsync(ReadOnlyMemory<byte> line, CancellationToken cancellation)
    {
        var input = _process.StandardInput.BaseStream;
        await input.WriteAsync(line, cancellation);
        await input.FlushAsync(cancellation);
    }

    /// <summary>Reads a line of the answer, without its end.</summary>
    /// <exception cref="EndOfStreamException">Git has ended; the message is what it said.</exception>
    public async Task<string> ReadLineAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var line = System.Text.Encoding.UTF8.GetString(_buffer, _start, length);
                _start += length + 1;
                return line;
            }
            await FillAsync(cancellation);
        }
    }

    /// <summary>Reads exactly so many bytes of the answer.</summary>
    /// <exception cref="EndOfStreamException">Git has ended; the message is what it said.</exception>
    public async Task<byte[]> ReadBytesAsync(int count, CancellationToken cancellation)
    {
        var bytes = new byte[count];
        var buffered = Math.Min(count, _end - _start);
        _buffer.AsSpan(_start, buffered).CopyTo(bytes);
        _start += buffered;
        for (var read = buffered; read < count;)
        {
            var more = await _process.StandardOutput.BaseStream.ReadAsync(bytes.AsMemory(read), cancellation);
            if (more == 0) throw await EndedAsync();
            read += more;
        }
        return bytes;
    }

    /// <summary>Ends git: a closed stdin is its order to, and what does not obey is killed.</summary>
    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
            if (!_process.HasExited) _process.Kill();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // It has ended, and its pipe with it.
        }
        _process.Dispose();
    }

    private async Task FillAsync(CancellationToken cancellation)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length) throw new InvalidDataException("Git answered with a line that is longer than any it should write.");
        var count = await _process.StandardOutput.BaseStream.ReadAsync(_buffer.AsMemory(_end), cancellation);
        if (count == 0) throw await EndedAsync();
        _end += count;
    }

    private async Task<EndOfStreamException> EndedAsync() => new(await _error);
}
