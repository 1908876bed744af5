namespace AnalysisRunner.Server.Hosting;

/// <summary>
/// Counts what keeps the server needed, and closes it exactly once: whoever was let in before the door closed is finished, nobody is let in after.
/// </summary>
/// <param name="time">Says how long nothing happened.</param>
internal sealed class ServerActivity(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _running = new(StringComparer.Ordinal);
    private long _lastActive = time.GetTimestamp();
    private int _requests;
    private int _accepting;
    private bool _closed;

    /// <summary>Whether no invocation is running and none is being accepted.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock) return _running.Count == 0 && _accepting == 0;
        }
    }

    /// <summary>Notes a request for as long as the answer lives.</summary>
    public IDisposable Request()
    {
        lock (_lock) _requests++;
        return new Release(() =>
        {
            lock (_lock)
            {
                _requests--;
                _lastActive = time.GetTimestamp();
            }
        });
    }

    /// <summary>Lets new work in; null once the server is closing.</summary>
    public IDisposable? TryAccept()
    {
        lock (_lock)
        {
            if (_closed) return null;
            _accepting++;
        }
        return new Release(() =>
        {
            lock (_lock)
            {
                _accepting--;
                _lastActive = time.GetTimestamp();
            }
        });
    }

    /// <summary>Notes that an invocation runs.</summary>
    public void Started(string arGuid)
    {
        lock (_lock) _running.Add(arGuid);
    }

    /// <summary>Notes that an invocation has ended.</summary>
    public void Ended(string arGuid)
    {
        lock (_lock)
        {
            _running.Remove(arGuid);
            _lastActive = time.GetTimestamp();
        }
    }

    /// <summary>Closes when nothing has happened for <paramref name="limit"/>; true when it is closed then.</summary>
    public bool TryCloseIdle(TimeSpan limit)
    {
        lock (_lock)
        {
            if (_closed) return true;
            if (_running.Count > 0 || _accepting > 0 || _requests > 0 || time.GetElapsedTime(_lastActive) < limit) return false;
            return _closed = true;
        }
    }

    /// <summary>Closes at somebody's wish; false when invocations run and <paramref name="force"/> is not given.</summary>
    public bool TryClose(bool force)
    {
        lock (_lock)
        {
            if (!force && (_running.Count > 0 || _accepting > 0)) return false;
            return _closed = true;
        }
    }

    private sealed class Release(Action release) : IDisposable
    {
        private Action? _release = release;

        public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
    }
}
