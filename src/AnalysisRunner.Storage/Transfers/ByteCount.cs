namespace AnalysisRunner.Storage.Transfers;

/// <summary>Adds up what parallel parts have sent, and reports the sum, which never falls.</summary>
internal sealed class ByteCount(IProgress<long>? progress)
{
    private readonly Lock _lock = new();
    private long _sum;

    internal void Add(long bytes)
    {
        if (progress is null) return;
        // Under the lock, so that reports come in the order of their sums.
        lock (_lock) progress.Report(_sum += bytes);
    }
}
