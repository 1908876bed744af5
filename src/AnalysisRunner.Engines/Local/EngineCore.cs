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
    private readonly Lock _gate = new();
    private readonly LocalEngineOptions _options;
    private readonly IJobProcesses _processes;
    private readonly AttemptExecution _execution;
    private readonly JobThreads _threads;
    private readonly Deadlines _deadlines;
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
        _deadlines = new Deadlines(options.TimeProvider, StopDue);
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
            _active.Add(batch);
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
                _active.Add(batch);
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

    public void Cancel(LiveBatch batch, string reason)
    {
        List<Attempt> starts = [];
        lock (_gate)
        {
            if (_closed || batch.IsFinal || batch.Run!.IsCancelled) return;
            Record(batch, new BatchCancelled(Now, reason));
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

    /// <summary>The attempts of earlier hosts that still run.</summary>
    public Attempt[] Adopted()
    {
        lock (_gate) return [.. _active.SelectMany(batch => batch.Running.Values).Where(attempt => attempt.IsAdopted)];
    }

    /// <summary>The end of an attempt that an earlier host had started.</summary>
    public void AdoptedEnded(Attempt attempt, Finding finding)
    {
        List<Attempt> starts = [];
        lock (_gate) End(attempt, finding.Result, finding.At ?? Now, starts);
        Start(starts);
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
        await _quiet.Task;
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

    public void Dispose() => _deadlines.Dispose();

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

    /// <summary>What follows from a change: stops, starts, news, and the end of the batch.</summary>
    private void Changed(LiveBatch batch, List<Attempt> starts)
    {
        if (batch.Run!.IsCancelled)
        {
            foreach (var attempt in batch.Running.Values.Where(attempt => batch.Run.MustStop(attempt.Job))) RequestStop(attempt, StopCause.Cancelled);
        }
        if (batch.IsFinal && _active.Remove(batch))
        {
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
            while (batch.Run!.PeekReady(withoutSlot: true) is { } job) Begin(batch, job, starts);
        }
        while (_slots.Next(_active) is { } next) Begin(next.Batch, next.Job, starts);
    }

    private void Begin(LiveBatch batch, JobRun job, List<Attempt> starts)
    {
        var attempt = new Attempt(batch, job, job.LastAttempt + 1, Now);
        Record(batch, new AttemptStarted(attempt.StartedAt, job.Spec.Id, attempt.Number));
        batch.Running.Add(job.Spec.Id, attempt);
        _slots.Occupy(batch, job.Spec);
        _underWay++;
        starts.Add(attempt);
        Publish(batch);
    }

    private void Start(List<Attempt> starts)
    {
        foreach (var attempt in starts) _threads.Start(attempt);
    }

    /// <summary>The life of one attempt, on a thread of its own; returns an attempt that can start now that this one has ended.</summary>
    private Attempt? Run(Attempt attempt)
    {
        List<Attempt> starts = [];
        IJobProcess? process = null;
        var result = _slots.Refuse(attempt.Job.Spec) is { } tooLarge ? EndedAttempt.TooLarge(tooLarge) : (AttemptResult?)null;
        try
        {
            if (result is null && Read(() => attempt.Job.Stop is null && !_closed)) process = _execution.Start(attempt);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            result = EndedAttempt.NotStarted(e.Message);
        }
        lock (_gate)
        {
            Leave();
            attempt.Process = process;
            if (process is not null && attempt.Job.Stop is not null) Terminate(attempt);
            else if (process is not null) SetTimeLimit(attempt);
        }
        if (process is not null)
        {
            process.Wait();
            // From here on nobody signals it any more, so it may be reaped.
            var killAt = Read(() => (attempt.Process = null, attempt.KillAt).KillAt);
            result = _execution.Finish(attempt, process, killAt);
        }
        lock (_gate) End(attempt, result ?? EndedAttempt.NotStarted("it was stopped before its start."), Now, starts);
        foreach (var next in starts.Skip(1)) _threads.Start(next);
        return starts.FirstOrDefault();
    }

    private void End(Attempt attempt, AttemptResult? result, DateTimeOffset at, List<Attempt> starts)
    {
        // After the end of the engine its successor finds the exit file; this engine's journal is closed.
        if (_closed) return;
        var (batch, job) = (attempt.Batch, attempt.Job);
        batch.Running.Remove(job.Spec.Id);
        _slots.Release(batch, job.Spec);
        _deadlines.Remove(attempt);
        if (result is null) Record(batch, new AttemptVoided(at, job.Spec.Id, attempt.Number));
        else Record(batch, new AttemptEnded(at, job.Spec.Id, attempt.Number, job.Stop is { } cause ? EndedAttempt.Stopped(job.Spec, cause, result.Value) : result.Value, attempt.StartedAt));
        Changed(batch, starts);
    }

    private void Publish(LiveBatch batch)
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
            // The journal first: a summary that is on the disk is believed without it.
            batch.Journal!.Flush();
            batch.Folder.WriteSummary(Read(() => batch.Summary));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing is lost: the next opening finds the end of the batch in its journal.
            _options.Report?.Invoke(new Problem(EngineCodes.StateFolderUnusable, $"The summary of an ended batch cannot be written: {e.Message} Free space.", File: batch.Folder.SummaryFile));
        }
        lock (_gate)
        {
            batch.End(batch.Summary);
            Leave();
        }
    }
}
