namespace AnalysisRunner.Engines.Local;

/// <summary>
/// What is due when, with one timer for all: the time limits of running attempts, and the end of the grace time of stopped ones. Guarded by the
/// engine's lock; <c>onDue</c> is called without it.
/// </summary>
internal sealed class Deadlines : IDisposable
{
    // Timers count milliseconds in 32 bits.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);

    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly SortedDictionary<(long Due, long Order), Attempt> _waiting = [];
    private long _order;

    public Deadlines(TimeProvider clock, Action onDue)
    {
        _clock = clock;
        _timer = clock.CreateTimer(_ => onDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The timestamp that lies a time ahead.</summary>
    public long After(TimeSpan time) =>
        _clock.GetTimestamp() + (long)Math.Min(Math.Max(time.TotalSeconds, 0) * _clock.TimestampFrequency, long.MaxValue / 4);

    /// <summary>Sets the one deadline of an attempt, in place of the one it may have.</summary>
    public void Set(Attempt attempt, long due)
    {
        Remove(attempt);
        attempt.Deadline = (due, _order++);
        _waiting.Add(attempt.Deadline.Value, attempt);
        Arm();
    }

    /// <summary>Forgets the deadline of an attempt.</summary>
    public void Remove(Attempt attempt)
    {
        if (attempt.Deadline is { } deadline) _waiting.Remove(deadline);
        attempt.Deadline = null;
    }

    /// <summary>Takes the attempts whose deadline has passed.</summary>
    public List<Attempt> TakeDue()
    {
        var due = new List<Attempt>();
        var now = _clock.GetTimestamp();
        while (_waiting.Count > 0 && _waiting.First() is var first && first.Key.Due <= now)
        {
            Remove(first.Value);
            due.Add(first.Value);
        }
        Arm();
        return due;
    }

    public void Dispose() => _timer.Dispose();

    private void Arm()
    {
        if (_waiting.Count == 0) return;
        var wait = TimeSpan.FromSeconds(Math.Max(0, _waiting.First().Key.Due - _clock.GetTimestamp()) / (double)_clock.TimestampFrequency);
        // Rounded up: a timer that fires too early would find nothing due and be set again.
        _timer.Change(wait < LongestWait ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : LongestWait, Timeout.InfiniteTimeSpan);
    }
}
