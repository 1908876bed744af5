namespace AnalysisRunner.Storage.Transfers;

/// <summary>How long to wait before something is tried again: exponential, with full jitter, so that many clients do not come back together.</summary>
internal static class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(32);

    /// <param name="attempt">The attempt that failed, from 1.</param>
    internal static TimeSpan Delay(int attempt) =>
        Random.Shared.NextDouble() * TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << Math.Min(attempt - 1, 20)));
}
