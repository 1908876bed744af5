using AnalysisRunner.Server.Hosting.Health;

namespace AnalysisRunner.Server.Hosting;

/// <summary>Says whether the server does everything that it should, and what is wrong when it does not.</summary>
internal sealed class Readiness(IEnumerable<IReadinessCheck> checks, TimeProvider time)
{
    // Strangers may ask as often as they like, and the answer costs a write.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Task<Trouble?[]>? _costly;
    private long _lookedAt;

    /// <summary>The state for operators.</summary>
    public async Task<Answer> DescribeAsync()
    {
        Task<Trouble?[]> costly;
        lock (_lock)
        {
            if (_costly is null || (_costly.IsCompleted && time.GetElapsedTime(_lookedAt) >= Interval)) (_costly, _lookedAt) = (LookAsync(isCostly: true), time.GetTimestamp());
            costly = _costly;
        }
        var found = (await LookAsync(isCostly: false)).Concat(await costly).OfType<Trouble>().ToList();
        if (found.Count == 0) return new Answer("ready\n", AcceptsWork: true);
        var isFatal = found.Exists(trouble => trouble.IsFatal);
        return new Answer((isFatal ? "unavailable\n" : "degraded\n") + string.Concat(found.Select(trouble => $"{trouble.Part}: {trouble.Text}\n")), !isFatal);
    }

    private Task<Trouble?[]> LookAsync(bool isCostly) =>
        Task.WhenAll(checks.Where(check => check.IsCostly == isCostly).Select(check => check.FindAsync(CancellationToken.None)));

    /// <summary>An answer.</summary>
    /// <param name="Text">The state, and below it what is wrong.</param>
    /// <param name="AcceptsWork">Whether submissions can be accepted.</param>
    internal sealed record Answer(string Text, bool AcceptsWork);
}
