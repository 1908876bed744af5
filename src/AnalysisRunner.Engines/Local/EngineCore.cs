using System.Collections.Concurrent;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local.Processes;

namespace AnalysisRunner.Engines.Local;

/// <summary>
/// The state of the engine and everything that changes it. One lock guards it all; processes are started and waited for, and folders written, outside of
/// it. Every change of a batch is a record that goes into its journal first.
/// </summary>
internal sealed partial class EngineCore : IDisposable
{
    private static readonly TimeSpan SamplingInterval = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan NewsInterval = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly LocalEngineOptions _options;
    private readonly IJobProcesses _processes;
    private readonly AttemptExecution _execution;
    private readonly JobThreads _threads;
    private readonly Deadlines<Attempt> _deadlines;
    private readonly Deadlines<(LiveBatch Batch, JobRun Job)> _delays;
    private readonly ITimer _sampler;
    private readonly ITimer _newsTimer;
    private readonly HashSet<LiveBatch> _news = [];
    private readonly Slots _slots;
    private readonly Watchers _watchers;
    private readonly ConcurrentDictionary<string, LiveBatch> _batches = new(StringComparer.Ordinal);
    private readonly List<LiveBatch> _active = [];
    private readonly TaskCompletionSource _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _underWay;
    private bool _closed;

    public EngineCore(LocalEngineOptions options, IJobProcesses processes, AttemptExecution execution, Slots slots, Watchers watchers)
    {
        (_options, _processes, _execution, _slots, _watchers) = (options, processes, execution, slots, watchers);
        _threads = new JobThreads(Run);
        _deadlines = new Deadlines<Attempt>(options.TimeProvider, StopDue);
        _delays = new Deadlines<(LiveBatch, JobRun)>(options.TimeProvider, ReleaseDue);
        _newsTimer = options.TimeProvider.CreateTimer(_ => TellNews(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _sampler = options.TimeProvider.CreateTimer(_ => Sample(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private DateTimeOffset Now => JournalRecord.Truncate(_options.TimeProvider.GetUtcNow());

    public LiveBatch? Find(string key) => _batches.GetValueOrDefault(key);

    /// <summary>The batches that there are now.</summary>
    public IReadOnlyList<LiveBatch> All() => [.. _batches.Values];

    /// <summary>
    /// Reads something of a batch consistently, as a rule without waiting for whoever writes a record: whoever asks how far a batch is must not feel a slow disk.
    /// </summary>
    public T Look<T>(LiveBatch batch, Func<T> read)
    {
        const int Tries = 10;
        for (var i = 0; i < Tries; i++)
        {
            if (batch.TryRead(read, out var found)) return found;
        }
        return Read(read);
    }

    /// <summary>Reads something consistently.</summary>
    public T Read<T>(Func<T> read)
    {
        lock (_gate) return read();
    }

    /// <summary>Ends at the next change of the batch.</summary>
    public Task NextChange(LiveBatch batch)
    {
        lock (_gate) return (batch.NextChange ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Takes a batch that is on the disk; its jobs start when there is room.</summary>
    public void Add(LiveBatch batch)
    {
        List<Attempt> starts = [];
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            Know(batch);
            if (batch.IsFinal && batch.Run is null) return;
            Activate(batch);
            Changed(batch, starts);
        }
        Start(starts);
    }

    /// <summary>Takes the batches that were found at opening, and the attempts that run; nothing starts before all are known.</summary>
    public void AddFound(IReadOnlyList<LiveBatch> batches)
    {
        List<Attempt> starts = [];
        lock (_gate)
        {
            foreach (var batch in batches)
            {
                Know(batch);
                if (batch.Run is null) continue;
                Activate(batch);
                foreach (var attempt in batch.Running.Values)
                {
                    _slots.Occupy(batch, attempt.Job.Spec);
                    if (attempt.Job.Stop is not null) Terminate(attempt);
                    else SetTimeLimit(attempt);
                }
            }
            foreach (var batch in _active.ToArray()) Changed(batch, starts);
        }
        Start(starts);
    }

    public void Cancel(LiveBatch batch, int group, string reason)
    {
        List<Attempt> starts = [];
        lock (_gate)
        {
            if (_closed || batch.IsFinal || !batch.Run!.CanCancel(group)) return;
            Record(batch, new GroupCancelled(Now, group, reason));
            Changed(batch, starts);
        }
        Start(starts);
    }

    /// <summary>Takes a batch that has ended out of the engine; false when it has not.</summary>
    public bool Remove(string key, LiveBatch batch)
    {
        lock (_gate)
        {
            if (!batch.IsFinal) return false;
            return _batches.TryRemove(key, out _);
        }
    }

    /// <summary>Starts nothing more, and returns when no start and no writing is under way. Jobs go on.</summary>
    public async Task CloseAsync()
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _closed = true;
                if (_underWay == 0) _quiet.TrySetResult();
            }
        }
        await Task.WhenAll(RunningAttempts().Select(attempt => attempt.Transfer?.CancelAsync() ?? Task.CompletedTask));
        await _quiet.Task;
        TellNews();
        lock (_gate)
        {
            foreach (var batch in _batches.Values)
            {
                batch.Journal?.Dispose();
                batch.NextChange?.TrySetResult();
            }
        }
        _watchers.Close();
    }

    public void Dispose()
    {
        _deadlines.Dispose();
        _delays.Dispose();
        _sampler.Dispose();
        _newsTimer.Dispose();
    }

    private Attempt[] RunningAttempts()
    {
        lock (_gate) return [.. _active.SelectMany(batch => batch.Running.Values)];
    }

    private void Know(LiveBatch batch)
    {
        if (!_batches.TryAdd(batch.Summary.Key, batch)) throw new InvalidOperationException($"Two batches have the key \"{batch.Summary.Key}\"; remove \"{batch.Folder.Path}\".");
    }

    private void Activate(LiveBatch batch)
    {
        if (_active.Count == 0) _sampler.Change(SamplingInterval, SamplingInterval);
        _active.Add(batch);
    }

    /// <summary>Writes a record and applies it. What happened has happened also when the disk is full: then it is written as soon as there is room.</summary>
    private void Record(LiveBatch batch, JournalRecord record)
    {
        try
        {
            batch.Journal!.Append(record.Write(), keep: true);
        }
        catch (IOException e)
        {
            _options.Report?.Invoke(new Problem(EngineCodes.StateFolderUnusable, $"The journal of batch \"{batch.Run!.Spec.Key}\" cannot be written: {e.Message} Free space.", File: batch.Folder.JournalFile));
        }
        batch.Apply(record);
    }

    /// <summary>What follows from a change: stops, waits, starts, news, and the end of the batch.</summary>
    private void Changed(LiveBatch batch, List<Attempt> starts)
    {
        if (batch.Run!.Cancellations > 0)
        {
            foreach (var attempt in batch.Running.Values.Where(attempt => !attempt.IsPublishing && batch.Run.MustStop(attempt.Job))) RequestStop(attempt, StopCause.Cancelled);
        }
        foreach (var job in batch.Run.TakeDelayed()) Delay(batch, job);
        if (batch.IsFinal && _active.Remove(batch))
        {
            if (_active.Count == 0) _sampler.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            // Not under the lock: it waits for the disk.
            _underWay++;
            _ = Task.Run(() => Seal(batch));
        }
        Publish(batch);
        Schedule(starts);
    }

    private void Schedule(List<Attempt> starts)
    {
        if (_closed) return;
        foreach (var batch in _active)
        {
            while (batch.Run!.Ready.PeekWithoutSlot() is { } job) Begin(batch, job, starts);
        }
        while (_slots.Next(_active) is { } next) Begin(next.Batch, next.Job, starts);
    }

    private void Delay(LiveBatch batch, JobRun job)
    {
        if (!job.IsDelayed) return;
        var wait = _options.RetryDelay * Math.Pow(2, Math.Min(job.Attempts, 62) - 1);
        if (wait > _options.LongestRetryDelay) wait = _options.LongestRetryDelay;
        wait -= Now - job.Last!.FinishedAt!.Value;
        if (wait > TimeSpan.Zero) _delays.Add((batch, job), _delays.After(wait));
        else batch.Run!.Release(job);
    }

    private void ReleaseDue()
    {
        List<Attempt> starts = [];
        lock (_gate)
        {
            foreach (var (batch, job) in _delays.TakeDue()) batch.Run?.Release(job);
            Schedule(starts);
        }
        Start(starts);
    }

    private void Leave()
    {
        if (--_underWay == 0 && _closed) _quiet.TrySetResult();
    }
}
