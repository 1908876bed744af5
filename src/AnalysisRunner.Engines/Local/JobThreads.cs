namespace AnalysisRunner.Engines.Local;

/// <summary>
/// Threads that spend their time waiting for processes: as many as jobs run, with small stacks. A thread that has finished an attempt goes on with the
/// next one that its end made possible, so a stream of short jobs needs no hand-over.
/// </summary>
internal sealed class JobThreads(Func<Attempt, Attempt?> run)
{
    private const int StackSize = 256 * 1024;

    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly List<Idle> _idle = [];

    /// <summary>Runs an attempt, and what follows from its end, on a thread of its own.</summary>
    public void Start(Attempt attempt)
    {
        lock (_gate)
        {
            if (_idle.Count > 0)
            {
                var idle = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
                idle.Next = attempt;
                idle.Wake.Set();
                return;
            }
        }
        new Thread(Work, StackSize) { IsBackground = true, Name = "job" }.Start(attempt);
    }

    private void Work(object? first)
    {
        using var idle = new Idle();
        for (var attempt = (Attempt?)first; attempt is not null; attempt = Wait(idle))
        {
            while (attempt is not null) attempt = run(attempt);
        }
    }

    private Attempt? Wait(Idle idle)
    {
        idle.Next = null;
        idle.Wake.Reset();
        lock (_gate) _idle.Add(idle);
        if (!idle.Wake.Wait(IdleTime))
        {
            lock (_gate)
            {
                // Somebody may have handed it an attempt at this very moment.
                _idle.Remove(idle);
            }
        }
        return idle.Next;
    }

    private sealed class Idle : IDisposable
    {
        public ManualResetEventSlim Wake { get; } = new(false, spinCount: 0);

        public Attempt? Next { get; set; }

        public void Dispose() => Wake.Dispose();
    }
}
