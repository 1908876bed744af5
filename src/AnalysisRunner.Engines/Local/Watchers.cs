using System.Runtime.CompilerServices;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Local;

/// <summary>Hands changes to whoever watches: the newest summary of each batch, in the order in which the batches first changed. Thread-safe.</summary>
internal sealed class Watchers
{
    private readonly Lock _gate = new();
    private readonly List<Watcher> _watchers = [];
    private bool _closed;

    /// <summary>Whether a change would be seen by anybody.</summary>
    public bool Any { get; private set; }

    /// <summary>Subscribes now; the subscription ends with the token, with the reading, or with the engine.</summary>
    public IAsyncEnumerable<BatchSummary> Subscribe(CancellationToken cancellation)
    {
        var watcher = new Watcher();
        lock (_gate)
        {
            if (_closed) watcher.Close();
            else _watchers.Add(watcher);
            Any = _watchers.Count > 0;
        }
        var registration = cancellation.Register(() => Unsubscribe(watcher));
        return Read(watcher, registration, cancellation);
    }

    public void Publish(BatchSummary summary)
    {
        lock (_gate)
        {
            foreach (var watcher in _watchers) watcher.Add(summary);
        }
    }

    /// <summary>Ends all sequences after what they have still to give.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var watcher in _watchers) watcher.Close();
            _watchers.Clear();
            Any = false;
        }
    }

    private async IAsyncEnumerable<BatchSummary> Read(
        Watcher watcher, CancellationTokenRegistration registration, CancellationToken subscription, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(subscription, cancellation);
        try
        {
            while (await watcher.NextAsync(both.Token) is { } summary) yield return summary;
        }
        finally
        {
            await registration.DisposeAsync();
            Unsubscribe(watcher);
        }
    }

    private void Unsubscribe(Watcher watcher)
    {
        lock (_gate)
        {
            _watchers.Remove(watcher);
            Any = _watchers.Count > 0;
        }
    }

    private sealed class Watcher
    {
        private readonly Lock _gate = new();
        private readonly Queue<string> _order = new();
        private readonly Dictionary<string, BatchSummary> _newest = [];
        private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _closed;

        public void Add(BatchSummary summary)
        {
            lock (_gate)
            {
                if (!_newest.ContainsKey(summary.Key)) _order.Enqueue(summary.Key);
                _newest[summary.Key] = summary;
                _arrived.TrySetResult();
            }
        }

        public void Close()
        {
            lock (_gate)
            {
                _closed = true;
                _arrived.TrySetResult();
            }
        }

        public async ValueTask<BatchSummary?> NextAsync(CancellationToken cancellation)
        {
            while (true)
            {
                Task arrived;
                lock (_gate)
                {
                    if (_order.TryDequeue(out var key))
                    {
                        _newest.Remove(key, out var summary);
                        return summary;
                    }
                    if (_closed) return null;
                    if (_arrived.Task.IsCompleted) _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    arrived = _arrived.Task;
                }
                await arrived.WaitAsync(cancellation);
            }
        }
    }
}
