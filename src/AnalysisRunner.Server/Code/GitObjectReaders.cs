using System.Collections.Concurrent;

namespace AnalysisRunner.Server.Code;

/// <summary>
/// The readers of all mirrors: as many at a time for one mirror as there are processors, started when they are needed and ended when nobody has needed
/// them for a while. A closed stdin ends them with this process, however it ends.
/// </summary>
internal sealed class GitObjectReaders : IDisposable
{
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(30);

    private readonly GitProcess _git;
    private readonly ConcurrentDictionary<string, Pool> _pools = new(StringComparer.Ordinal);
    private readonly Timer _idle;

    /// <summary>Makes none yet.</summary>
    public GitObjectReaders(GitProcess git)
    {
        _git = git;
        _idle = new Timer(_ => EndIdle(), null, IdleLimit, IdleLimit);
    }

    /// <summary>Reads with a reader that nobody else uses meanwhile.</summary>
    public async Task<T> ReadAsync<T>(string repository, Func<GitObjectReader, Task<T>> read, CancellationToken cancellation)
    {
        var pool = _pools.GetOrAdd(repository, _ => new Pool());
        await pool.Turns.WaitAsync(cancellation);
        try
        {
            var reader = pool.Take() ?? new GitObjectReader(_git, repository);
            try
            {
                var answer = await read(reader);
                pool.Return(reader);
                return answer;
            }
            catch
            {
                // It may be in the middle of an answer.
                reader.Dispose();
                throw;
            }
        }
        finally
        {
            pool.Turns.Release();
        }
    }

    /// <summary>Ends the readers of a repository that is replaced: what they have open is gone.</summary>
    public void Forget(string repository)
    {
        if (_pools.TryRemove(repository, out var pool)) pool.Close();
    }

    public void Dispose()
    {
        _idle.Dispose();
        foreach (var pool in _pools.Values) pool.Close();
    }

    private void EndIdle()
    {
        foreach (var pool in _pools.Values) pool.EndUnusedSince(Environment.TickCount64 - (long)IdleLimit.TotalMilliseconds);
    }

    private sealed class Pool
    {
        private readonly Lock _lock = new();
        private readonly Stack<(GitObjectReader Reader, long ReturnedAt)> _readers = new();
        private bool _closed;

        public SemaphoreSlim Turns { get; } = new(Math.Max(2, Environment.ProcessorCount));

        public GitObjectReader? Take()
        {
            lock (_lock) return _readers.TryPop(out var free) ? free.Reader : null;
        }

        public void Return(GitObjectReader reader)
        {
            lock (_lock)
            {
                if (!_closed)
                {
                    _readers.Push((reader, Environment.TickCount64));
                    return;
                }
            }
            reader.Dispose();
        }

        public void EndUnusedSince(long moment)
        {
            lock (_lock)
            {
                var kept = _readers.Where(free => free.ReturnedAt > moment).Reverse().ToList();
                foreach (var free in _readers.Where(free => free.ReturnedAt <= moment)) free.Reader.Dispose();
                _readers.Clear();
                foreach (var free in kept) _readers.Push(free);
            }
        }

        public void Close()
        {
            lock (_lock) _closed = true;
            EndUnusedSince(long.MaxValue);
        }
    }
}
