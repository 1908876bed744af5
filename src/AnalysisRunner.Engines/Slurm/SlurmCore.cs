using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local;
using AnalysisRunner.Engines.Local.Isolation;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>
/// The state of the engine and everything that changes it. One loop looks at Slurm and at the files of the wrappers, for all batches, and does what follows;
/// one lock guards the state for those who read and cancel meanwhile. Every change of a batch is a record that goes into its journal first.
/// </summary>
internal sealed partial class SlurmCore : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SlurmEngineOptions _options;
    private readonly SlurmCluster _cluster;
    private readonly string _wrapper;
    private readonly string _identity;
    private readonly FileTransfers _transfers;
    private readonly ContainerCommand? _containers;
    private readonly LogLimit _logLimit;
    private readonly Watchers _watchers = new();
    private readonly Dictionary<string, SlurmBatch> _batches = new(StringComparer.Ordinal);
    private readonly List<SlurmBatch> _active = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly HashSet<Task> _underWay = [];
    private readonly List<long> _leftovers = [];
    private readonly List<(long Array, int Index)> _requeued = [];
    private TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _loop = Task.CompletedTask;
    private bool _closed;
    private long _changes;

    /// <param name="options">The engine's options.</param>
    /// <param name="cluster">The programs of Slurm.</param>
    /// <param name="wrapper">The file of the wrapper.</param>
    /// <param name="identity">What tells the arrays of this state folder from those of others.</param>
    public SlurmCore(SlurmEngineOptions options, SlurmCluster cluster, string wrapper, string identity)
    {
        (_options, _cluster, _wrapper, _identity) = (options, cluster, wrapper, identity);
        _transfers = new FileTransfers(options.Transfers);
        _containers = options.Images == ImageRequests.Run ? new ContainerCommand(options.Containers, options.Containers.Program) : null;
        _logLimit = new LogLimit(options.LogLimitBytes);
    }

    public LogLimit LogLimit => _logLimit;

    public FileTransfers Transfers => _transfers;

    public Watchers Watchers => _watchers;

    /// <summary>Cancelled when the engine closes.</summary>
    public CancellationToken Closing => _closing.Token;

    private DateTimeOffset Now => JournalRecord.Truncate(_options.TimeProvider.GetUtcNow());

    public SlurmBatch? Find(string key)
    {
        lock (_gate) return _batches.GetValueOrDefault(key);
    }

    /// <summary>The batches that there are now.</summary>
    public IReadOnlyList<SlurmBatch> All()
    {
        lock (_gate) return [.. _batches.Values];
    }

    /// <summary>Reads something of a batch consistently.</summary>
    public T Read<T>(Func<T> read)
    {
        lock (_gate) return read();
    }

    /// <summary>Ends at the next change of the batch.</summary>
    public Task NextChange(SlurmBatch batch)
    {
        lock (_gate) return (batch.Live.NextChange ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Takes the batches that were found at opening and begins to work.</summary>
    public void Begin(IEnumerable<SlurmBatch> found)
    {
        lock (_gate)
        {
            foreach (var batch in found) Take(batch);
        }
        _loop = Task.Run(LoopAsync);
    }

    /// <summary>Takes a batch that is on the disk.</summary>
    public void Add(SlurmBatch batch)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            Take(batch);
            Publish(batch);
        }
        Wake();
    }

    /// <summary>
    /// Cancels a group. First the wrappers are told by a file, which they look for after their claim; then the claims are looked at: who has none now will not
    /// run, and who has one is running, which is what the record then means.
    /// </summary>
    public void Cancel(SlurmBatch batch, int group, string reason)
    {
        lock (_gate)
        {
            if (_closed || batch.Live.IsFinal || !batch.Live.Run!.CanCancel(group)) return;
            foreach (var inner in GroupsIn(batch.Live.Run.Spec, group)) batch.Marks.Cancel(inner);
            TakeMarks(batch, []);
            // The ends of running jobs may have been the end of the batch.
            if (!batch.Live.IsFinal && batch.Live.Run.CanCancel(group)) Record(batch, new GroupCancelled(Now, group, reason));
            RequestStops(batch);
            Changed(batch);
        }
        TellNews();
        Wake();
    }

    /// <summary>Takes a batch that has ended out of the engine; false when it has not.</summary>
    public bool Remove(string key, SlurmBatch batch)
    {
        lock (_gate)
        {
            if (!batch.Live.IsFinal) return false;
            _batches.Remove(key);
            return true;
        }
    }

    /// <summary>Does nothing more, and returns when nothing is under way. What Slurm has goes on.</summary>
    public async Task CloseAsync()
    {
        lock (_gate) _closed = true;
        await _closing.CancelAsync();
        Wake();
        await _loop;
        Task[] rest;
        lock (_gate) rest = [.. _underWay];
        await Task.WhenAll(rest);
        lock (_gate)
        {
            foreach (var batch in _batches.Values)
            {
                batch.Live.Journal?.Dispose();
                batch.Live.NextChange?.TrySetResult();
            }
        }
        _watchers.Close();
    }

    public void Dispose() => _closing.Dispose();

    private void Take(SlurmBatch batch)
    {
        _batches.Add(batch.Live.Summary.Key, batch);
        if (batch.Live.IsFinal && batch.Live.Run is null) return;
        _active.Add(batch);
        Changed(batch);
    }

    private void Wake()
    {
        lock (_gate) _wake.TrySetResult();
    }

    /// <summary>Writes a record and applies it. What happened has happened also when the disk is full: then it is written as soon as there is room.</summary>
    private void Record(SlurmBatch batch, JournalRecord record)
    {
        try
        {
            batch.Live.Journal!.Append(record.Write(), keep: true);
        }
        catch (IOException e)
        {
            Report(EngineCodes.StateFolderUnusable, $"The journal of batch \"{batch.Live.Run!.Spec.Key}\" cannot be written: {e.Message} Free space.", batch.Live.Folder.JournalFile);
        }
        batch.Live.Run!.Apply(record);
        batch.HasNews = batch.IsPlanDue = true;
        _changes++;
    }

    /// <summary>What follows from a change at once: stops, waits, and the end of the batch.</summary>
    private void Changed(SlurmBatch batch)
    {
        var run = batch.Live.Run!;
        if (batch.CancellationsWritten != run.Cancellations)
        {
            // Too many failures cancel too.
            batch.CancellationsWritten = run.Cancellations;
            foreach (var group in Enumerable.Range(0, run.Spec.Groups.Count + 1).Where(run.IsCancelled)) batch.Marks.Cancel(group);
            RequestStops(batch);
        }
        foreach (var job in run.TakeDelayed()) Delay(batch, job);
        if (!batch.Live.IsFinal || !_active.Remove(batch)) return;
        // What an ended batch left in Slurm is not wanted there.
        _leftovers.AddRange(batch.Alive.Select(task => task.ArrayId).OfType<long>().Distinct());
        Track(Task.Run(() => Seal(batch)));
    }

    private void RequestStops(SlurmBatch batch)
    {
        foreach (var job in batch.Live.Run!.Jobs)
        {
            if (batch.Live.Run.MustStop(job)) Record(batch, new AttemptStopRequested(Now, job.Spec.Id, job.LastAttempt, StopCause.Cancelled));
        }
    }

    private void Delay(SlurmBatch batch, JobRun job)
    {
        if (!job.IsDelayed) return;
        var wait = _options.RetryDelay * Math.Pow(2, Math.Min(job.Attempts, 62) - 1);
        if (wait > _options.LongestRetryDelay) wait = _options.LongestRetryDelay;
        batch.Delays.Add((job, job.Last!.FinishedAt!.Value + wait));
    }

    private void Publish(SlurmBatch batch)
    {
        batch.HasNews = false;
        if (_watchers.Any) _watchers.Publish(batch.Live.Summary);
        batch.Live.NextChange?.TrySetResult();
        batch.Live.NextChange = null;
    }

    private void TellNews()
    {
        lock (_gate)
        {
            foreach (var batch in _batches.Values)
            {
                if (batch.HasNews) Publish(batch);
            }
        }
    }

    /// <summary>Keeps a task in mind until it has ended, so that closing waits for it.</summary>
    private void Track(Task task)
    {
        lock (_gate) _underWay.Add(task);
        _ = task.ContinueWith(
            ended =>
            {
                lock (_gate) _underWay.Remove(ended);
                Wake();
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Seal(SlurmBatch batch)
    {
        var live = batch.Live;
        try
        {
            batch.WorkFolders.Wait();
            // The journal first: a summary that is on the disk is believed without it. And last of all the summary: what is not done yet is done again.
            live.Journal!.Flush();
            live.Journal.Dispose();
            JournalCompaction.Apply(live.Folder, live.Run!.Spec);
            if (_options.Scratch == ScratchRetention.UntilEnd || (_options.Scratch == ScratchRetention.UntilSuccess && Read(() => live.Summary.State) == BatchState.Succeeded))
                live.Folder.DeleteScratch();
            live.Folder.WriteSummary(Read(() => live.Summary));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing is lost: the next opening finds the end of the batch in its journal.
            Report(EngineCodes.StateFolderUnusable, $"An ended batch cannot be put away: {e.Message} Free space.", live.Folder.Path);
        }
        lock (_gate) live.End(live.Summary);
    }

    private void Report(string code, string message, string? file = null) => _options.Report?.Invoke(new Problem(code, message, File: file));

    /// <summary>A group and the groups in it.</summary>
    private static HashSet<int> GroupsIn(BatchSpec spec, int group)
    {
        var inside = new HashSet<int> { group };
        // A group comes after the one that it lies in.
        foreach (var inner in spec.Groups)
        {
            if (inside.Contains(inner.Parent)) inside.Add(inner.Id);
        }
        return inside;
    }
}
