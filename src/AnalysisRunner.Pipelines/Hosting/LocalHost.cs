using System.Runtime.InteropServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines;
using AnalysisRunner.Engines.Local;
using AnalysisRunner.Engines.Slurm;
using AnalysisRunner.Storage;

namespace AnalysisRunner.Pipelines.Hosting;

/// <summary>
/// Runs batches by an engine in this process, on this machine or on a cluster. The process ends after its batches: a foreground thread per batch sees to
/// that. Should it be ended earlier, the batches are cancelled, because nobody would look after them.
/// </summary>
internal sealed class LocalHost : BatchHost, IAsyncDisposable
{
    private static readonly TimeSpan CancelLimit = TimeSpan.FromSeconds(15);

    private readonly LocalEngineOptions _options;
    private readonly SlurmEngineOptions _slurmOptions;
    private readonly ObjectStores _stores = new();
    private readonly SemaphoreSlim _opening = new(1);
    private readonly Dictionary<string, Task> _unfinished = new(StringComparer.Ordinal);
    private readonly PosixSignalRegistration[] _signals;
    private DirectoryInfo? _folder;
    private readonly Lazy<ConfiguredEngine> _settingsOfFiles;
    private ConfiguredEngine? _settings;
    private string? _first;
    private IBatchEngine? _engine;
    private bool _anyFailed;

    public LocalHost(Func<string, string?> environment, ProgressDisplay display, LocalEngineOptions? options = null, SlurmEngineOptions? slurmOptions = null)
        : base(environment, display)
    {
        _options = (options ?? new LocalEngineOptions { Directory = "" }) with { Transfers = [new ObjectStoreTransfer(_stores)] };
        _slurmOptions = (slurmOptions ?? new SlurmEngineOptions { Directory = "" }) with { Transfers = _options.Transfers, Report = problem => Display.WriteLine($"warning: {problem}") };
        _settingsOfFiles = new(() => ConfiguredEngine.ReadFiles(Given(environment, DriverEnvironment.ConfigPath)));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => CloseAtExit();
        AppDomain.CurrentDomain.UnhandledException += (_, _) => CloseAtExit();
        // A signal would end the process without the event above. 128 and the signal's number is what shells report.
        _signals = [ExitAt(PosixSignal.SIGHUP, 129), ExitAt(PosixSignal.SIGINT, 130), ExitAt(PosixSignal.SIGTERM, 143)];
    }

    /// <summary>The engine; null before the first batch.</summary>
    internal IBatchEngine? Engine => _engine;

    private protected override async Task<BatchHandle> SubmitAsync(BatchSpec spec, ConfiguredEngine? settings, CodeLine at, CancellationToken cancellation)
    {
        var engine = await OpenAsync(spec, settings ?? _settingsOfFiles.Value, at, cancellation).ConfigureAwait(false);
        await engine.SubmitAsync(spec, cancellation).ConfigureAwait(false);
        Task<BatchSummary> ended;
        lock (_unfinished)
        {
            Display.WriteLine($"Running batch {spec.Name} on {(_settings!.IsOfCluster ? "the Slurm cluster" : "this machine")}: {spec.Jobs.Count} {(spec.Jobs.Count == 1 ? "job" : "jobs")}");
            if (spec.Jobs.Any(job => job.Spot is not null || job.Regions.Count > 0))
                Display.WriteLine($"{(_settings.IsOfCluster ? "The cluster" : "This machine")} is the only place to run: spot and regions have no effect.");
            ended = Task.Run(() => FollowAsync(engine, spec), CancellationToken.None);
            _unfinished.Add(spec.Key, ended);
        }
        new Thread(() => ended.ContinueWith(static _ => { }, TaskScheduler.Default).Wait()) { IsBackground = false, Name = $"batch {spec.Key}" }.Start();
        return new BatchHandle(spec.Key, spec.Name, null, at, ended.WaitAsync);
    }

    /// <summary>Cancels what has not ended and releases the engine.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var signal in _signals) signal.Dispose();
        KeyValuePair<string, Task>[] unfinished;
        lock (_unfinished) unfinished = [.. _unfinished];
        if (Interlocked.Exchange(ref _engine, null) is not { } engine) return;

        foreach (var (key, _) in unfinished)
        {
            Display.WriteLine($"Cancelling batch {key}: this program ends before it.");
            await engine.CancelAsync(key, "the program that ran it ended", CancellationToken.None).ConfigureAwait(false);
        }
        // A cluster has to be told, and what it runs to end, while the engine is there; how each batch ended says whoever follows it.
        if (_settings!.IsOfCluster) await Task.WhenAll(unfinished.Select(batch => batch.Value.ContinueWith(static _ => { }, TaskScheduler.Default))).ConfigureAwait(false);
        await engine.DisposeAsync().ConfigureAwait(false);
        await _stores.DisposeAsync().ConfigureAwait(false);

        if (unfinished.Length > 0 || _anyFailed || !Delete(_folder!))
        {
            Display.WriteLine($"The files of the batches are kept in {_folder!.FullName}");
        }
    }

    /// <summary>Whether the folder is gone. Something that a job left running may still write there, which is no failure of the batch.</summary>
    private static bool Delete(DirectoryInfo folder)
    {
        for (var tries = 3; tries > 0; tries--)
        {
            try
            {
                folder.Delete(recursive: true);
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                folder.Refresh();
            }
        }
        return false;
    }

    private async Task<BatchSummary> FollowAsync(IBatchEngine engine, BatchSpec spec)
    {
        try
        {
            var summary = await new BatchFollower(engine, Display).FollowAsync(spec).ConfigureAwait(false);
            if (summary.State != BatchState.Succeeded) Fail();
            return summary;
        }
        catch
        {
            // Whoever waits sees the reason; a program that does not wait must not look successful.
            Fail();
            throw;
        }
        finally
        {
            lock (_unfinished) _unfinished.Remove(spec.Key);
        }
    }

    private void Fail()
    {
        _anyFailed = true;
        if (Environment.ExitCode == 0) Environment.ExitCode = 1;
    }

    /// <summary>The engine of all batches of this program, which counts cores and memory across them: opened for the first one, with the settings of its config.</summary>
    private async Task<IBatchEngine> OpenAsync(BatchSpec spec, ConfiguredEngine settings, CodeLine at, CancellationToken cancellation)
    {
        await _opening.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_engine is not null && settings != _settings)
                throw at.Fault(PipelineCodes.EngineSettingsDiffer, $"The config of the batch \"{spec.Name}\" has another section [batch] than that of the batch \"{_first}\", which this program ran before on the same engine. Create both with the same config.");
            if (_engine is not null) return _engine;
            var folder = settings.NewFolder();
            _engine = await settings.OpenAsync(folder, _options, _slurmOptions, cancellation).ConfigureAwait(false);
            (_folder, _settings, _first) = (folder, settings, spec.Name);
            return _engine;
        }
        finally
        {
            _opening.Release();
        }
    }

    private static PosixSignalRegistration ExitAt(PosixSignal signal, int exitCode) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        // Not on the thread that delivers signals: a second Ctrl-C must still get through.
        _ = Task.Run(() => Environment.Exit(exitCode));
    });

    private void CloseAtExit()
    {
        // The process ends whatever happens here; what could not be cancelled in time goes on and is said to.
        if (!Task.Run(() => DisposeAsync().AsTask()).Wait(CancelLimit)) Display.WriteLine("The batches could not be cancelled in time.");
    }
}
