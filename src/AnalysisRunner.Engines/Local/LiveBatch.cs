using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Local;

/// <summary>A batch that the engine knows: at work with its journal open, or ended with only the summary kept in memory. Guarded by the engine's lock.</summary>
internal sealed class LiveBatch(BatchFolder folder)
{
    private WeakReference<BatchRun>? _ended;
    private BatchSummary? _summary;
    private BatchRun? _run;
    private long _version;

    public BatchFolder Folder { get; } = folder;

    /// <summary>The state; null when the batch has ended and its jobs are no longer in memory.</summary>
    public BatchRun? Run => _run ?? (_ended is not null && _ended.TryGetTarget(out var run) ? run : null);

    public Journal? Journal { get; private set; }

    // The run is read first: at the end the summary is there before the run is gone.
    public BatchSummary Summary => Volatile.Read(ref _run) is { } run && _summary is null ? run.Summary() : _summary!;

    public bool IsFinal => _summary is not null || _run!.IsFinal;

    /// <summary>The attempts that run, by job.</summary>
    public Dictionary<int, Attempt> Running { get; } = [];

    /// <summary>One lock per input, by its place in the scratch folder: an input is brought once.</summary>
    public ConcurrentDictionary<string, object> Staging { get; } = new(StringComparer.Ordinal);

    /// <summary>Thousandths of a core that its jobs occupy.</summary>
    public long MilliCpuInUse { get; set; }

    /// <summary>Bytes of memory that its jobs occupy.</summary>
    public long MemoryInUse { get; set; }

    /// <summary>When a job of it was last started, in starts of the engine.</summary>
    public long LastServed { get; set; }

    /// <summary>Ends when all files of the ended batch are written.</summary>
    public TaskCompletionSource Sealed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Awaited by readers for the next change; made on demand.</summary>
    public TaskCompletionSource? NextChange { get; set; }

    public void Begin(BatchRun run, Journal journal) => (_run, Journal) = (run, journal);

    /// <summary>Applies a record. Only with the engine's lock held; readers without it see that they came in between.</summary>
    public void Apply(JournalRecord record)
    {
        Interlocked.Increment(ref _version);
        _run!.Apply(record);
        Interlocked.Increment(ref _version);
    }

    /// <summary>
    /// Reads without the engine's lock, which is held while records are written: false when a record was applied meanwhile, so that what was read may
    /// belong to two states. <paramref name="read"/> must get by with any mixture of them.
    /// </summary>
    public bool TryRead<T>(Func<T> read, [MaybeNullWhen(false)] out T found)
    {
        var version = Volatile.Read(ref _version);
        found = default;
        if (version % 2 != 0) return false;
        found = read();
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref _version) == version;
    }

    /// <summary>Keeps the summary; the jobs stay as long as memory is not needed otherwise.</summary>
    public void End(BatchSummary summary)
    {
        if (_run is not null) _ended = new WeakReference<BatchRun>(_run);
        _summary = summary;
        Volatile.Write(ref _run, null);
        Journal?.Dispose();
        Journal = null;
        Sealed.TrySetResult();
    }

    /// <summary>Keeps the jobs of an ended batch that were read again.</summary>
    public void Remember(BatchRun run) => _ended = new WeakReference<BatchRun>(run);
}
