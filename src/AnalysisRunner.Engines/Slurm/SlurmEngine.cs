using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>
/// Runs batches on an existing Slurm cluster (22.05 or later), durably: what it has accepted goes on when its host ends, and is found again by the next engine
/// that opens the same folder; no attempt ever runs twice. Needs Slurm's client programs on the host and a folder that all nodes see; no accounting database.
/// </summary>
/// <remarks>
/// <para>The files that a wrapper around each script writes are the truth; what the scheduler says comes second. Jobs run as the user of the host. They see the
/// variables of <see cref="SlurmEngineOptions.PassedEnvironment"/>, their own, those of Slurm, and <c>BATCH_TMPDIR</c>.</para>
/// <para>How often a node fails under a job, or is taken away, does not count as attempts of the job, up to three times.</para>
/// </remarks>
public sealed class SlurmEngine : IBatchEngine
{
    private readonly SlurmEngineOptions _options;
    private readonly StateFolder _folder;
    private readonly SlurmCore _core;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<SlurmBatch>> _accepting = new(StringComparer.Ordinal);

    private SlurmEngine(SlurmEngineOptions options, StateFolder folder, SlurmCluster cluster)
    {
        (_options, _folder) = (options, folder);
        var wrapper = Path.Combine(folder.Path, "wrapper");
        File.WriteAllText(wrapper, SlurmWrapper.Text + "\n");
        var identity = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder.Path))[..8]);
        _core = new SlurmCore(options, cluster, wrapper, identity);
    }

    /// <inheritdoc/>
    public string Name => "slurm";

    /// <summary>Opens the state folder, finds the batches in it, and goes on with them. The cluster need not answer yet.</summary>
    /// <exception cref="AnalysisRunnerException">The folder cannot be used, another engine holds it, an option is malformed, or there is no <c>sbatch</c>.</exception>
    public static Task<SlurmEngine> OpenAsync(SlurmEngineOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Task.Run(() => Open(options), cancellation);
    }

    /// <inheritdoc/>
    public async Task<BatchSummary> SubmitAsync(BatchSpec spec, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(spec);
        cancellation.ThrowIfCancellationRequested();
        Task<SlurmBatch> accepting;
        lock (_gate)
        {
            if (_core.Find(spec.Key) is { } known) return _core.Read(() => known.Live.Summary);
            // Whoever comes second with the same key waits for the first and gets the same answer.
            if (!_accepting.TryGetValue(spec.Key, out accepting!))
            {
                accepting = Task.Run(() => Accept(spec), CancellationToken.None);
                _accepting.Add(spec.Key, accepting);
            }
        }
        try
        {
            var batch = await accepting.WaitAsync(cancellation);
            return _core.Read(() => batch.Live.Summary);
        }
        finally
        {
            if (accepting.IsCompleted)
            {
                lock (_gate)
                {
                    if (_accepting.TryGetValue(spec.Key, out var current) && current == accepting) _accepting.Remove(spec.Key);
                }
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<BatchSummary?> GetAsync(string key, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_core.Find(key) is { } batch ? _core.Read(() => batch.Live.Summary) : null);
    }

    /// <inheritdoc/>
    /// <remarks>The reason of a job that waits is what Slurm says, such as <c>PENDING (Resources)</c>.</remarks>
    public async ValueTask<IReadOnlyList<JobSummary>> GetJobsAsync(string key, int after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        if (_core.Find(key) is not { } batch) return [];
        var run = await LoadAsync(batch, cancellation);
        return run is null || after >= run.Jobs.Length ? [] : _core.Read(() => run.Jobs.Skip(after).Take(limit).Select(batch.Summary).ToArray());
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<JobSpec>> GetJobSpecsAsync(string key, int after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return _core.Find(key) is { } batch && await LoadAsync(batch, cancellation) is { } run ? [.. run.Spec.Jobs.Skip(after).Take(limit)] : [];
    }

    /// <inheritdoc/>
    public async ValueTask<long> GetLogLengthAsync(string key, int job, int? attempt, CancellationToken cancellation)
    {
        if (_core.Find(key) is not { } batch || await LoadAsync(batch, cancellation) is not { } run || job < 1 || job > run.Jobs.Length) return 0;
        var last = _core.Read(() => run.Jobs[job - 1].LogEnd(attempt).Last);
        return batch.LogOfAttempt(job, last) is { } path && new FileInfo(path) is { Exists: true, Length: var length } ? length : 0;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<AttemptSummary>> GetAttemptsAsync(string key, int job, CancellationToken cancellation)
    {
        if (_core.Find(key) is not { } batch || await LoadAsync(batch, cancellation) is not { } run || job < 1 || job > run.Jobs.Length) return [];
        return _core.Read(run.Jobs[job - 1].AttemptSummaries);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<JobGroupSummary>> GetGroupsAsync(string key, CancellationToken cancellation) =>
        _core.Find(key) is { } batch && await LoadAsync(batch, cancellation) is { } run ? _core.Read(run.GroupSummaries) : [];

    /// <inheritdoc/>
    /// <remarks>When the job is tried again while the log of the last attempt is followed, that of the next one comes after it, in full.</remarks>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLogAsync(
        string key, int job, int? attempt, long offset, bool follow, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (attempt is { } number) ArgumentOutOfRangeException.ThrowIfLessThan(number, 1, nameof(attempt));
        if (_core.Find(key) is not { } batch || await LoadAsync(batch, cancellation) is not { } run || job < 1 || job > run.Jobs.Length) yield break;
        var state = run.Jobs[job - 1];
        await foreach (var chunk in LogReader.ReadAsync(
            () => _core.NextChange(batch), () => _core.Read(() => state.LogEnd(attempt)),
            // An attempt that nobody claimed wrote nothing.
            number => batch.LogOfAttempt(job, number) ?? batch.Log(0, 0),
            _core.LogLimit, offset, follow, _core.Closing, cancellation)) yield return chunk;
    }

    /// <inheritdoc/>
    /// <remarks>Jobs that always run are left alone, whether they wait or run.</remarks>
    public Task CancelAsync(string key, string reason, CancellationToken cancellation) => CancelGroupAsync(key, 0, reason, cancellation);

    /// <inheritdoc/>
    /// <remarks>Jobs that always run are left alone, whether they wait or run.</remarks>
    public Task CancelGroupAsync(string key, int group, string reason, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return _core.Find(key) is { } batch ? Task.Run(() => _core.Cancel(batch, group, reason), cancellation) : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<BatchSummary> WatchAsync(CancellationToken cancellation) => _core.Watchers.Subscribe(cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<KeptBatch> ListKeptAsync(bool measures, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var batch in _core.All())
        {
            cancellation.ThrowIfCancellationRequested();
            if (_core.Read(() => batch.Live.IsFinal ? batch.Live.Summary : null) is not { FinishedAt: { } ended } summary) continue;
            var (scratch, records) = measures ? await Task.Run(batch.Live.Folder.Measure, cancellation) : default;
            yield return new KeptBatch(summary.Key, ended, scratch, records);
        }
    }

    /// <inheritdoc/>
    public async Task ForgetScratchAsync(string key, CancellationToken cancellation)
    {
        if (_core.Find(key) is not { } batch) return;
        if (!_core.Read(() => batch.Live.IsFinal)) throw NotEnded(key);
        await batch.Live.Sealed.Task.WaitAsync(cancellation);
        await Task.Run(batch.Live.Folder.DeleteScratch, CancellationToken.None);
    }

    /// <inheritdoc/>
    public async Task ForgetAsync(string key, CancellationToken cancellation)
    {
        if (_core.Find(key) is not { } batch) return;
        if (!_core.Read(() => batch.Live.IsFinal)) throw NotEnded(key);
        await batch.Live.Sealed.Task.WaitAsync(cancellation);
        if (!_core.Remove(key, batch)) return;
        await Task.Run(() => _folder.Delete(batch.Live.Folder), CancellationToken.None);
    }

    /// <summary>Lets go of the folder. What Slurm has goes on; the next engine that opens the folder adopts it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _core.CloseAsync();
        _core.Dispose();
        _folder.Dispose();
    }

    private static InvalidOperationException NotEnded(string key) => new($"The batch \"{key}\" has not ended; cancel it first, or wait.");

    private static SlurmEngine Open(SlurmEngineOptions options)
    {
        var problems = SlurmValidation.Problems(options);
        if (problems.Count > 0) throw new AnalysisRunnerException(problems);
        var cluster = SlurmCluster.Open(options);
        var folder = StateFolder.Open(options.Directory);
        try
        {
            var engine = new SlurmEngine(options, folder, cluster);
            var recovery = new SlurmRecovery(options);
            engine._core.Begin(folder.Batches().Select(recovery.Load).OfType<SlurmBatch>().OrderBy(batch => batch.Live.Summary.SubmittedAt).ToArray());
            return engine;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private SlurmBatch Accept(BatchSpec spec)
    {
        // Between the look of the caller and now another acceptance of the key may have come to its end.
        if (_core.Find(spec.Key) is { } known) return known;
        var problems = BatchValidation.Problems(spec);
        if (problems.Count == 0) problems = SlurmValidation.Refusals(spec, _options, _core.Transfers);
        if (problems.Count > 0) throw new AnalysisRunnerException(problems);
        var accepted = new BatchAcceptedRecord(_options.TimeProvider.GetUtcNow());
        var folder = _folder.Create(spec, accepted);
        var live = new LiveBatch(folder);
        var run = new BatchRun(spec);
        run.Apply(accepted);
        live.Begin(run, Journal.Open(folder.JournalFile, long.MaxValue));
        var batch = new SlurmBatch(live);
        batch.Begin(run);
        _core.Add(batch);
        return batch;
    }

    /// <summary>The jobs of a batch, read again when they are no longer in memory; null when the batch was forgotten meanwhile.</summary>
    private async ValueTask<BatchRun?> LoadAsync(SlurmBatch batch, CancellationToken cancellation)
    {
        if (_core.Read(() => batch.Live.Run) is { } run) return run;
        try
        {
            run = await Task.Run(() => batch.Live.Folder.Load().Run, cancellation);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        return _core.Read(() =>
        {
            batch.Live.Remember(run);
            return run;
        });
    }
}
