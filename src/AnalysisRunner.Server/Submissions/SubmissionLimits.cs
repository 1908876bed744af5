using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Submissions;

/// <summary>
/// Keeps one user from taking the server from the others: how fast they submit, and how much of theirs waits and runs. What is refused here is not
/// recorded as a denial, because it says nothing about who may do what, and a flood would fill the record.
/// </summary>
internal sealed class SubmissionLimits(IInvocationLog log, CurrentSettings settings, TimeProvider time)
{
    private static readonly TimeSpan WhenFull = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Allowance> _allowances = new(StringComparer.Ordinal);
    private long _cleanedAt = time.GetTimestamp();

    /// <summary>Lets a submission pass, or not.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6162</c> too fast; <c>AR6163</c> too many; with a <see cref="TooSoonException"/> inside.</exception>
    public async Task PassAsync(Caller caller, CancellationToken cancellation)
    {
        var limits = settings.Value.Limits;
        if (limits.SubmissionsPerMinute is { } rate && Take(caller.Principal, rate) is { } wait)
        {
            throw new AnalysisRunnerException(
                DurabilityCodes.TooManySubmissions,
                string.Create(CultureInfo.InvariantCulture, $"'{caller.Name}' submits more than {rate} times a minute, which 'submissions_per_minute' in [limits] allows; wait a moment and submit again."),
                new TooSoonException(wait));
        }
        if (limits.Unfinished is { } most && await log.CountUnfinishedAsync(caller.Name, most, cancellation) >= most)
        {
            throw new AnalysisRunnerException(
                DurabilityCodes.TooManyUnfinished,
                string.Create(CultureInfo.InvariantCulture, $"'{caller.Name}' has {most} invocations that have not ended, as many as 'unfinished' in [limits] allows; wait until some have, or cancel some."),
                new TooSoonException(WhenFull));
        }
    }

    /// <summary>Takes one of a user's submissions; the time until there is one where there is none. A minute's worth may be used at once.</summary>
    private TimeSpan? Take(string user, int rate)
    {
        var now = time.GetTimestamp();
        lock (_lock)
        {
            Clean(now);
            var left = _allowances.TryGetValue(user, out var before) ? before.LeftAt(time.GetElapsedTime(before.At, now), rate) : rate;
            if (left < 1) return Period * ((1 - left) / rate);
            _allowances[user] = new Allowance(left - 1, now);
            return null;
        }
    }

    // Whoever has been quiet for a minute has a full allowance again: the same as one that nobody remembers.
    private void Clean(long now)
    {
        if (time.GetElapsedTime(_cleanedAt, now) < Period) return;
        _cleanedAt = now;
        foreach (var (user, allowance) in _allowances.ToList())
        {
            if (time.GetElapsedTime(allowance.At, now) >= Period) _allowances.Remove(user);
        }
    }

    private readonly record struct Allowance(double Left, long At)
    {
        public double LeftAt(TimeSpan later, int rate) => Math.Min(rate, Left + (later / Period * rate));
    }
}
