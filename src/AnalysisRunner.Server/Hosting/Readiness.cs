using AnalysisRunner.Server.Hosting.Health;

namespace AnalysisRunner.Server.Hosting;

/// <summary>Says whether the server does everything that it should, and what is wrong when it does not.</summary>
internal sealed class Readiness(IEnumerable<IReadinessCheck> checks, TimeProvider time)
{
    // Strangers may ask as often as they like, and the answer costs a write.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Task<Answer>? _last;
    private long _askedAt;

    /// <summary>The state for operators.</summary>
    public Task<Answer> DescribeAsync()
    {
        lock (_lock)
        {
            if (_last is null || (_last.IsCompleted && time.GetElapsedTime(_askedAt) >= Interval)) (_last, _askedAt) = (LookAsync(), time.GetTimestamp());
            return _last;
        }
    }

    private async Task<Answer> LookAsync()
    {
        var found = (await Task.WhenAll(checks.Select(check => check.FindAsync(CancellationToken.None)))).OfType<Trouble>().ToList();
        if (found.Count == 0) return new Answer("ready\n", AcceptsWork: true);
        var isFatal = found.Exists(trouble => trouble.IsFatal);
        return new Answer((isFatal ? "unavailable\n" : "degraded\n") + string.Concat(found.Select(trouble => $"{trouble.Part}: {trouble.Text}\n")), !isFatal);
    }

    /// <summary>An answer.</summary>
    /// <param name="Text">The state, and below it what is wrong.</param>
    /// <param name="AcceptsWork">Whether submissions can be accepted.</param>
    internal sealed record Answer(string Text, bool AcceptsWork);
}
