namespace AnalysisRunner.Client;

/// <summary>How often a request that is safe to repeat is tried, and how long to wait in between.</summary>
/// <param name="Attempts">Tries in all.</param>
/// <param name="FirstDelay">The longest wait before the second try; it doubles for each further one. The actual wait is half of it to all of it, at random.</param>
/// <param name="Timeout">How long one request may take; streams are exempt once their headers have arrived.</param>
internal sealed record RetryPolicy(int Attempts, TimeSpan FirstDelay, TimeSpan Timeout)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    public static RetryPolicy Default { get; } = new(4, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(100));

    /// <summary>The wait before the try that follows <paramref name="failures"/> failed ones; the server's own wish counts when it is longer.</summary>
    public TimeSpan DelayAfter(int failures, TimeSpan? retryAfter)
    {
        var ceiling = FirstDelay * Math.Pow(2, Math.Min(failures, 10) - 1);
        // Jitter needs no secrecy: it only keeps clients from returning in step.
#pragma warning disable CA5394
        var delay = ceiling * (0.5 + (Random.Shared.NextDouble() / 2));
#pragma warning restore CA5394
        if (retryAfter > delay) delay = retryAfter.Value;
        return delay < LongestDelay ? delay : LongestDelay;
    }
}
