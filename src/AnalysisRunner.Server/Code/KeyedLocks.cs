using System.Collections.Concurrent;

namespace AnalysisRunner.Server.Code;

/// <summary>One at a time for each key.</summary>
internal sealed class KeyedLocks
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _locks = new(StringComparer.Ordinal);

    /// <summary>Waits for the turn; it lasts until the answer is disposed.</summary>
    public async Task<IDisposable> TakeAsync(string key)
    {
        var turn = _locks.GetOrAdd(key, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync();
        return new Turn(turn);
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
