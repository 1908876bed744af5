using AnalysisRunner.Contracts;

namespace AnalysisRunner.Pipelines;

/// <summary>A batch that was handed over.</summary>
public sealed class BatchHandle
{
    private readonly Func<CancellationToken, Task<BatchSummary>> _wait;

    internal BatchHandle(string key, string name, string? url, Func<CancellationToken, Task<BatchSummary>> wait) =>
        (Key, Name, Url, _wait) = (key, name, url, wait);

    /// <summary>The batch's id at its engine.</summary>
    public string Key { get; }

    /// <summary>The name shown to people.</summary>
    public string Name { get; }

    /// <summary>The page that shows it; null when it runs in this process.</summary>
    public string? Url { get; }

    /// <summary>Waits until the batch has ended, however it did, and tells how. Cancelling ends the waiting, not the batch.</summary>
    public Task<BatchSummary> WaitAsync(CancellationToken cancellation = default) => _wait(cancellation);
}
