using System.Text.Json;

namespace AnalysisRunner.Submission.Sending;

/// <summary>One build's turn to send, and the key to send with. Disposing it lets the next build have its turn.</summary>
public sealed class SubmissionTurn : IDisposable
{
    private readonly FileStream? _file;
    private readonly TimeProvider _time;
    private readonly SubmissionKeys.Entry _entry;

    internal SubmissionTurn(FileStream? file, TimeProvider time, SubmissionKeys.Entry entry, bool isRepeated) =>
        (_file, _time, _entry, IsRepeated) = (file, time, entry, isRepeated);

    /// <summary>The idempotency key.</summary>
    public string Key => _entry.Key;

    /// <summary>Whether the same submission was sent before with this key.</summary>
    public bool IsRepeated { get; }

    /// <summary>Notes that the server has it.</summary>
    public void Delivered() => Write(_entry with { DeliveredAt = _time.GetUtcNow() });

    /// <summary>Notes that the server does not want it: the next one is another.</summary>
    public void Refused() => _file?.SetLength(0);

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    /// <summary>Notes that it is about to be sent.</summary>
    internal void Keep() => Write(_entry);

    private void Write(SubmissionKeys.Entry entry)
    {
        if (_file is null) return;
        _file.SetLength(0);
        JsonSerializer.Serialize(_file, entry, SubmissionKeys.EntryJson.Default.Entry);
        _file.Flush(flushToDisk: true);
    }
}
