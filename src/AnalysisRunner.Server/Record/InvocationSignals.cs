namespace AnalysisRunner.Server.Record;

/// <summary>
/// Wakes whoever waits for the next change of an invocation, within this process. A waiter takes the task first, reads the log, and awaits
/// the task only if it found nothing: then no change is missed.
/// </summary>
internal sealed class InvocationSignals
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, TaskCompletionSource<bool>> _waiting = new(StringComparer.Ordinal);
    private bool _closed;

    /// <summary>Completes with true at the next change, with false when there will be none.</summary>
    public Task<bool> Next(string arGuid)
    {
        lock (_lock)
        {
            if (_closed) return Task.FromResult(false);
            if (!_waiting.TryGetValue(arGuid, out var source))
            {
                source = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add(arGuid, source);
            }
            return source.Task;
        }
    }

    public void Raise(string arGuid)
    {
        TaskCompletionSource<bool>? source;
        lock (_lock) _waiting.Remove(arGuid, out source);
        source?.SetResult(true);
    }

    /// <summary>Wakes everybody, because news may have been missed.</summary>
    public void RaiseAll()
    {
        List<TaskCompletionSource<bool>> sources;
        lock (_lock)
        {
            sources = [.. _waiting.Values];
            _waiting.Clear();
        }
        foreach (var source in sources) source.SetResult(true);
    }

    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            foreach (var source in _waiting.Values) source.SetResult(false);
            _waiting.Clear();
        }
    }
}
