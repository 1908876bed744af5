namespace AnalysisRunner.Engines.Local;

/// <summary>What is due when, with one timer for all. Guarded by the engine's lock; <c>onDue</c> is called without it.</summary>
internal sealed class Deadlines<T> : IDisposable
{
    // Timers count milliseconds in 32 bits.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);

    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly SortedDictionary<(long Due, long Order), T> _waiting = [];
    private long _order;

    public Deadlines(TimeProvider clock, Action onDue)
    {
        _clock = clock;
        _timer = clock.CreateTimer(_ => onDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The timestamp that lies a time ahead.</summary>
    public long After(TimeSpan time) =>
        _clock.GetTimestamp() + (long)Math.Min(Math.Max(time.TotalSeconds, 0) * _clock.TimestampFrequency, long.MaxValue / 4);

    /// <summary>Notes a deadline; the answer names it.</summary>
    public (long Due, long Order) Add(T item, long due)
    {
        var name = (due, _order++);
        _waiting.Add(name, item);
        Arm();
        return name;
    }

    /// <summary>Forgets a deadline, if it is not forgotten or taken already.</summary>
    public void Remove((long Due, long Order) name) => _waiting.Remove(name);

    /// <summary>Takes what is due.</summary>
    public List<T> TakeDue()
    {
        var due = new List<T>();
        var now = _clock.GetTimestamp();
        while (_waiting.Count > 0 && _waiting.First() is var first && first.Key.Due <= now)
        {
            _waiting.Remove(first.Key);
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
