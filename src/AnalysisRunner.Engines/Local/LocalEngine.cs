using System.Globalization;
using System.Runtime.CompilerServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local.Isolation;
using AnalysisRunner.Engines.Local.Processes;
using AnalysisRunner.Engines.Local.Users;

namespace AnalysisRunner.Engines.Local;

/// <summary>
/// Runs batches on this machine, durably. Each job is one bash in a session of its own, so jobs go on when the host ends, and are found again by the
/// next engine that opens the same folder; no attempt ever runs twice. Made for Linux and macOS (tested on Linux). On Windows, which is not
/// tested, jobs run in git's bash and one that outlives its host is declared lost instead of being adopted.
/// </summary>
/// <remarks>
/// <para>A job sees the variables of <see cref="LocalEngineOptions.PassedEnvironment"/>, its own, and <c>BATCH_TMPDIR</c>: the one folder that all jobs of
/// the batch share, in which the parent folders of its declared outputs exist when it starts. It runs in an empty folder of its own, another for each
/// attempt. Stdin is empty. When its script ends, what it left running in its process group is ended too; processes that made themselves a session of
/// their own are out of the engine's sight.</para>
/// <para>The same user runs the jobs and the engine, unless a batch has an identity (<see cref="JobIdentity.User"/>) and the engine is root: without one
/// and without <see cref="LocalEngineOptions.Isolation"/> nothing keeps jobs apart but good manners.</para>
/// </remarks>
public sealed class LocalEngine : IBatchEngine
{
    private static readonly TimeSpan AdoptionLook = TimeSpan.FromMilliseconds(100);

    private readonly LocalEngineOptions _options;
    private readonly StateFolder _folder;
    private readonly EngineCore _core;
    private readonly Recovery _recovery;
    private readonly FileTransfers _transfers;
    private readonly LogLimit _logLimit;
    private readonly Slots _slots;
    private readonly Watchers _watchers;
    private readonly ScriptLaunchers _launchers;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<LiveBatch>> _accepting = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _closing = new();
    private Task _adoption = Task.CompletedTask;

    private LocalEngine(LocalEngineOptions options, StateFolder folder, string bash, ScriptLaunchers launchers, IJobProcesses processes)
    {
        _options = options;
        _folder = folder;
        _slots = new Slots(options.MilliCpu, options.MemoryBytes);
        _watchers = new Watchers();
        _launchers = launchers;
        var passed = options.PassedEnvironment.Distinct().Select(name => (name, value: Environment.GetEnvironmentVariable(name)))
            .Where(variable => variable.value is not null).ToDictionary(variable => variable.name, variable => variable.value!);
        var execution = new AttemptExecution(options, bash, passed, processes, launchers);
        _transfers = new FileTransfers(options.Transfers);
        _logLimit = new LogLimit(options.LogLimitBytes);
        _recovery = new Recovery(options, processes, execution);
        _core = new EngineCore(options, processes, execution, _slots, _watchers);
    }

    /// <inheritdoc/>
    public string Name => "local";

    /// <summary>
    /// Opens the state folder: finds the batches in it, adopts the jobs that still run, takes the results of those that ended meanwhile, and goes on with
    /// the rest.
    /// </summary>
    /// <exception cref="AnalysisRunnerException">The folder cannot be used, another engine holds it, or there is no bash.</exception>
    public static Task<LocalEngine> OpenAsync(LocalEngineOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Task.Run(() => Open(options, OperatingSystem.IsWindows() ? new PortableJobProcesses() : new PosixJobProcesses()), cancellation);
    }

    /// <inheritdoc/>
    public async Task<BatchSummary> SubmitAsync(BatchSpec spec, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(spec);
        cancellation.ThrowIfCancellationRequested();
        Task<LiveBatch> accepting;
        lock (_gate)
        {
            if (_core.Find(spec.Key) is { } known) return _core.Read(() => known.Summary);
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
            return _core.Read(() => batch.Summary);
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
        return ValueTask.FromResult(_core.Find(key) is { } batch ? _core.Look(batch, () => batch.Summary) : null);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<JobSummary>> GetJobsAsync(string key, int after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        if (_core.Find(key) is not { } batch) return [];
        var run = await LoadAsync(batch, cancellation);
        return run is null || after >= run.Jobs.Length
            ? []
            : _core.Look(batch, () => run.Jobs.Skip(after).Take(limit).Select(job => job.Summary()).ToArray());
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<JobSpec>> GetJobSpecsAsync(string key, int after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return _core.Find(key) is { } batch && await LoadAsync(batch, cancellation) is { } run ? [.. run.Spec.Jobs.Skip(after).Take(limit)] : [];
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<AttemptSummary>> GetAttemptsAsync(string key, int job, CancellationToken cancellation)
    {
        if (_core.Find(key) is not { } batch || await LoadAsync(batch, cancellation) is not { } run || job < 1 || job > run.Jobs.Length) return [];
        return _core.Look(batch, run.Jobs[job - 1].AttemptSummaries);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<JobGroupSummary>> GetGroupsAsync(string key, CancellationToken cancellation) =>
        _core.Find(key) is { } batch && await LoadAsync(batch, cancellation) is { } run ? _core.Look(batch, run.GroupSummaries) : [];

    /// <inheritdoc/>
    /// <remarks>When the job is tried again while the log of the last attempt is followed, that of the next one comes after it, in full.</remarks>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLogAsync(
        string key, int job, int? attempt, long offset, bool follow, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (attempt is { } number) ArgumentOutOfRangeException.ThrowIfLessThan(number, 1, nameof(attempt));
        if (_core.Find(key) is not { } batch || await LoadAsync(batch, cancellation) is not { } run || job < 1 || job > run.Jobs.Length) yield break;
        await foreach (var chunk in LogReader.ReadAsync(_core, _logLimit, batch, run.Jobs[job - 1], attempt, offset, follow, _closing.Token, cancellation)) yield return chunk;
    }

    /// <inheritdoc/>
    public async ValueTask<long> GetLogLengthAsync(string key, int job, int? attempt, CancellationToken cancellation)
    {
        if (_core.Find(key) is not { } batch || await LoadAsync(batch, cancellation) is not { } run || job < 1 || job > run.Jobs.Length) return 0;
        var last = _core.Read(() => run.Jobs[job - 1].LogEnd(attempt).Last);
        var log = new FileInfo(batch.Folder.Attempt(job, last).Log);
        return log.Exists ? log.Length : 0;
    }

    /// <inheritdoc/>
    /// <remarks>Jobs that always run are left alone, whether they wait or run.</remarks>
    public Task CancelAsync(string key, string reason, CancellationToken cancellation) => CancelGroupAsync(key, 0, reason, cancellation);

    /// <inheritdoc/>
    /// <remarks>Jobs that always run are left alone, whether they wait or run.</remarks>
    public Task CancelGroupAsync(string key, int group, string reason, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_core.Find(key) is { } batch) _core.Cancel(batch, group, reason);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<BatchSummary> WatchAsync(CancellationToken cancellation) => _watchers.Subscribe(cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<KeptBatch> ListKeptAsync(bool measures, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var batch in _core.All())
        {
            cancellation.ThrowIfCancellationRequested();
            if (_core.Read(() => batch.IsFinal ? batch.Summary : null) is not { FinishedAt: { } ended } summary) continue;
            var (scratch, records) = measures ? await Task.Run(batch.Folder.Measure, cancellation) : default;
            yield return new KeptBatch(summary.Key, ended, scratch, records);
        }
    }

    /// <inheritdoc/>
    public async Task ForgetScratchAsync(string key, CancellationToken cancellation)
    {
        if (_core.Find(key) is not { } batch) return;
        if (!_core.Read(() => batch.IsFinal)) throw NotEnded(key);
        await batch.Sealed.Task.WaitAsync(cancellation);
        await Task.Run(batch.Folder.DeleteScratch, CancellationToken.None);
    }

    /// <inheritdoc/>
    public async Task ForgetAsync(string key, CancellationToken cancellation)
    {
        if (_core.Find(key) is not { } batch) return;
        if (!_core.Read(() => batch.IsFinal)) throw NotEnded(key);
        await batch.Sealed.Task.WaitAsync(cancellation);
        if (!_core.Remove(key, batch)) return;
        await Task.Run(() => _folder.Delete(batch.Folder), CancellationToken.None);
    }

    /// <summary>Lets go of the folder. Jobs that run go on; the next engine that opens the folder adopts them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _adoption;
        await _core.CloseAsync();
        _core.Dispose();
        _folder.Dispose();
    }

    /// <summary>Opens the state folder with a given way to run processes.</summary>
    internal static LocalEngine Open(LocalEngineOptions options, IJobProcesses processes)
    {
        var bash = BashProgram.Find(options.BashPath);
        var launchers = ScriptLaunchers.Open(options, bash);
        var folder = StateFolder.Open(options.Directory);
        try
        {
            var engine = new LocalEngine(options, folder, bash, launchers, processes);
            var found = folder.Batches().Select(engine._recovery.Load).OfType<LiveBatch>().OrderBy(batch => batch.Summary.SubmittedAt).ToArray();
            engine._core.AddFound(found);
            if (engine._core.Adopted().Length > 0) engine._adoption = engine.WatchAdoptedAsync();
            return engine;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static InvalidOperationException NotEnded(string key) => new($"The batch \"{key}\" has not ended; cancel it first, or wait.");

    private LiveBatch Accept(BatchSpec spec)
    {
        // Between the look of the caller and now another acceptance of the key may have come to its end.
        if (_core.Find(spec.Key) is { } known) return known;
        var problems = BatchValidation.Problems(spec);
        if (problems.Count == 0) problems = Refusals(spec);
        if (problems.Count > 0) throw new AnalysisRunnerException(problems);
        var accepted = new BatchAcceptedRecord(_options.TimeProvider.GetUtcNow());
        var folder = _folder.Create(spec, accepted, OsUser.Of(spec.Identity));
        var batch = new LiveBatch(folder);
        var run = new BatchRun(spec);
        run.Apply(accepted);
        batch.Begin(run, Journal.Open(folder.JournalFile, long.MaxValue));
        _core.Add(batch);
        return batch;
    }

    private List<Problem> Refusals(BatchSpec spec)
    {
        var disk = new DriveInfo(_folder.Path).TotalSize;
        List<Problem> problems = spec.Identity is null ? [] : [.. _launchers.Users.Refusals(spec)];
        foreach (var job in spec.Jobs)
        {
            if (_slots.Refuse(job) is { } tooLarge) problems.Add(tooLarge);
            if (job.StorageBytes > disk)
                problems.Add(new(EngineCodes.LargerThanCapacity, string.Create(CultureInfo.InvariantCulture, $"{BatchValidation.Name(job)} asks for {job.StorageBytes} bytes of storage, and the disk of the state folder has {disk}; it could never run. Ask for less, or put the state folder on a larger disk."), "jobs"));
            foreach (var place in job.InputFiles.Select(input => input.From).Concat(job.OutputFiles.Select(output => output.To)))
            {
                if (_transfers.Refuse(job, place) is { } unreachable) problems.Add(unreachable);
            }
            if (job.Image is not null && _options.Images == ImageRequests.Refuse)
                problems.Add(new(EngineCodes.ImageNotSupported, $"{BatchValidation.Name(job)} asks for the image \"{job.Image}\", and this engine is set to run none. Leave the image out, or set the engine's images to Run or Ignore.", "jobs"));
            if (problems.Count >= 100) break;
        }
        return problems;
    }

    /// <summary>The jobs of a batch, read again when they are no longer in memory; null when the batch was forgotten meanwhile.</summary>
    private async ValueTask<BatchRun?> LoadAsync(LiveBatch batch, CancellationToken cancellation)
    {
        if (_core.Look(batch, () => batch.Run) is { } run) return run;
        try
        {
            run = await Task.Run(() => batch.Folder.Load().Run, cancellation);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        return _core.Read(() =>
        {
            batch.Remember(run);
            return run;
        });
    }

    private async Task WatchAdoptedAsync()
    {
        while (_core.Adopted() is { Length: > 0 } adopted)
        {
            await Task.Delay(AdoptionLook, CancellationToken.None);
            if (_closing.IsCancellationRequested) return;
            foreach (var attempt in adopted)
            {
                try
                {
                    var finding = _recovery.Examine(attempt);
                    if (finding.Kind != FindingKind.Running) _core.AdoptedEnded(attempt, finding);
                    else if (attempt.Adopted is null) _core.Identified(attempt, finding.Process);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Looked at again in a moment; a folder that stays unreadable keeps the job running, which is all that is known of it.
                    _options.Report?.Invoke(new Problem(EngineCodes.StateFolderUnusable, $"An attempt cannot be read: {e.Message} Make it readable.", File: attempt.Folder.Path));
                }
            }
        }
    }
}
