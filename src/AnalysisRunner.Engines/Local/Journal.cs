using System.Buffers.Text;
using System.Numerics;
using System.Text;

namespace AnalysisRunner.Engines.Local;

/// <summary>
/// An append-only file of lines, each <c>crc32c (8 hex digits) space text</c>. What <see cref="Append"/> returned from survives the death of the
/// process. A last line that a crash tore is dropped; damage in the middle is skipped and counted. Not thread-safe.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const int PrefixLength = 9;

    private readonly FileStream _file;
    private readonly MemoryStream _unwritten = new();
    private long _length;

    private Journal(FileStream file)
    {
        _file = file;
        _length = file.Length;
        file.Position = _length;
    }

    /// <summary>Opens for appending; the file must exist. A torn last line is cut off, so that the next record starts on a line of its own.</summary>
    public static Journal Open(string path, long validLength)
    {
        // No buffer: a record is in the operating system's hands when the write returns. Readers are welcome at any time.
        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        if (file.Length > validLength) file.SetLength(validLength);
        return new Journal(file);
    }

    /// <summary>The lines of a journal, and where the whole ones end.</summary>
    public static JournalContent Read(string path) => Parse(ReadAll(path));

    /// <summary>The lines in the bytes of a journal, and where the whole ones end.</summary>
    public static JournalContent Parse(byte[] bytes)
    {
        var lines = new JournalLines(bytes);
        var damaged = 0;
        var valid = 0;
        for (var start = 0; start < bytes.Length; start = valid)
        {
            var length = bytes.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0) break;
            valid = start + length + 1;
            if (IsWhole(bytes.AsSpan(start, length))) lines.Add(start + PrefixLength, length - PrefixLength);
            else damaged++;
        }
        return new JournalContent(lines, damaged, valid);
    }

    /// <summary>
    /// Writes one line. When it throws, nothing of the line is in the file; with <paramref name="keep"/> the line is written before the next one that
    /// can be, because what it tells has happened whether or not there was room to write it down.
    /// </summary>
    public void Append(string text, bool keep)
    {
        var line = Line(text);
        var start = _unwritten.Length;
        _unwritten.Write(line);
        try
        {
            WriteUnwritten();
        }
        catch (IOException)
        {
            if (!keep) _unwritten.SetLength(start);
            throw;
        }
    }

    /// <summary>Writes what could not be written before, and waits until the file is on the disk.</summary>
    public void Flush()
    {
        if (_unwritten.Length > 0) WriteUnwritten();
        _file.Flush(flushToDisk: true);
    }

    public void Dispose()
    {
        _file.Dispose();
        _unwritten.Dispose();
    }

    /// <summary>The bytes of one line.</summary>
    public static byte[] Line(string text)
    {
        var line = new byte[PrefixLength + Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, line.AsSpan(PrefixLength));
        Utf8Formatter.TryFormat(Checksum(line.AsSpan(PrefixLength, line.Length - PrefixLength - 1)), line, out _, new('x', 8));
        line[PrefixLength - 1] = (byte)' ';
        line[^1] = (byte)'\n';
        return line;
    }

    private void WriteUnwritten()
    {
        try
        {
            _file.Position = _length;
            _file.Write(_unwritten.GetBuffer().AsSpan(0, (int)_unwritten.Length));
            _length += _unwritten.Length;
            _unwritten.SetLength(0);
        }
        catch (IOException)
        {
            // A part may have arrived before the disk was full; what follows must not be glued to it.
            _file.SetLength(_length);
            throw;
        }
    }

    private static bool IsWhole(ReadOnlySpan<byte> line) =>
        line.Length > PrefixLength && line[PrefixLength - 1] == ' '
        && Utf8Parser.TryParse(line[..(PrefixLength - 1)], out uint checksum, out var used, 'x') && used == PrefixLength - 1
        && checksum == Checksum(line[PrefixLength..]);

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BitConverter.ToUInt64(bytes));
            bytes = bytes[8..];
        }
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    private static byte[] ReadAll(string path)
    {
        // The writer may be at work: File.ReadAllBytes would ask for a share mode that it does not grant.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}

/// <summary>What was found in a journal.</summary>
/// <param name="Lines">The whole lines, without checksum.</param>
/// <param name="Damaged">How many lines before the last line end are not what was written.</param>
/// <param name="ValidLength">Where the next record belongs: after the last line end.</param>
internal sealed record JournalContent(IReadOnlyList<string> Lines, int Damaged, long ValidLength);
