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
    private readonly Dictionary<string, LiveBatch> _batches = new(StringComparer.Ordinal);
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

    public LiveBatch? Find(string key)
    {
        lock (_gate) return _batches.GetValueOrDefault(key);
    }

    /// <summary>Reads something of a batch consistently.</summary>
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
            _batches.Add(batch.Summary.Key, batch);
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
                _batches.Add(batch.Summary.Key, batch);
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
            _batches.Remove(key);
            return true;
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
        batch.Run!.Apply(record);
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

    /// <summary>
    /// Lets the news of a batch out: an end at once, anything else with what else happens in the next moment. Waking a reader for each of a thousand short
    /// jobs would cost more than the jobs do.
    /// </summary>
    private void Publish(LiveBatch batch)
    {
        if (!_watchers.Any && batch.NextChange is null) return;
        if (batch.IsFinal)
        {
            _news.Remove(batch);
            Tell(batch);
        }
        else if (_news.Add(batch) && _news.Count == 1)
        {
            _newsTimer.Change(NewsInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void TellNews()
    {
        lock (_gate)
        {
            foreach (var batch in _news) Tell(batch);
            _news.Clear();
        }
    }

    private void Tell(LiveBatch batch)
    {
        if (_watchers.Any) _watchers.Publish(batch.Summary);
        batch.NextChange?.TrySetResult();
        batch.NextChange = null;
    }

    private void Leave()
    {
        if (--_underWay == 0 && _closed) _quiet.TrySetResult();
    }

    private void Seal(LiveBatch batch)
    {
        try
        {
            // The journal first: a summary that is on the disk is believed without it. And last of all the summary: what is not done yet is done again.
            batch.Journal!.Flush();
            batch.Journal.Dispose();
            JournalCompaction.Apply(batch.Folder, batch.Run!.Spec);
            if (_options.Scratch == ScratchRetention.UntilEnd || (_options.Scratch == ScratchRetention.UntilSuccess && Read(() => batch.Summary.State) == BatchState.Succeeded))
                batch.Folder.DeleteScratch();
            batch.Folder.WriteSummary(Read(() => batch.Summary));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing is lost: the next opening finds the end of the batch in its journal.
            _options.Report?.Invoke(new Problem(EngineCodes.StateFolderUnusable, $"An ended batch cannot be put away: {e.Message} Free space.", File: batch.Folder.Path));
        }
        lock (_gate)
        {
            batch.End(batch.Summary);
            Leave();
        }
    }
}
