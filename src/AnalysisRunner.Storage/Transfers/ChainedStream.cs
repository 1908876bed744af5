namespace AnalysisRunner.Storage.Transfers;

/// <summary>What was read already, and the rest; neither is owned.</summary>
internal sealed class ChainedStream(Stream first, Stream second) : ForwardStream
{
    private Stream _current = first;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _current.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (read > 0 || buffer.Length == 0 || ReferenceEquals(_current, second)) return read;
        _current = second;
        return await second.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
    }
}
