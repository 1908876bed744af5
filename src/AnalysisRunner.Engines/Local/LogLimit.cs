using System.Globalization;
using System.Text;

namespace AnalysisRunner.Engines.Local;

/// <summary>
/// Keeps logs from filling the disk: of one that grew too long the first part and the latest lines stay. Jobs write their logs themselves, at the end of
/// the file wherever that is, so a file may be cut while its job writes; what is written at that very moment can be lost with the rest.
/// </summary>
internal sealed class LogLimit
{
    private readonly long _head;
    private readonly long _tail;
    private readonly byte[] _mark;

    /// <param name="bytes">The most bytes that a log keeps, the line that says that something is missing not counted.</param>
    public LogLimit(long bytes)
    {
        _tail = bytes / 8;
        _head = bytes - _tail;
        _mark = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"\nanalysis-runner: this log is longer than {bytes} bytes; what stood here is left out\n"));
    }

    /// <summary>Where a reader that has come to a position goes on: there, or where something was left out, when the log was cut before that position.</summary>
    public long Resume(string path, long position)
    {
        var info = new FileInfo(path);
        return info.Exists && info.Length >= _head && position > info.Length ? _head : position;
    }

    /// <summary>Cuts a log that is too long; nothing when there is none.</summary>
    public void Apply(string path)
    {
        var info = new FileInfo(path);
        // Somewhat longer is allowed: cutting at each line would be slow.
        if (!info.Exists || info.Length <= _head + _mark.Length + (2 * _tail)) return;
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var tail = new byte[_tail];
        file.Position = file.Length - _tail;
        var read = file.ReadAtLeast(tail, tail.Length, throwOnEndOfStream: false);
        file.SetLength(_head);
        file.Position = _head;
        file.Write([.. _mark, .. tail.AsSpan(0, read)]);
    }
}
