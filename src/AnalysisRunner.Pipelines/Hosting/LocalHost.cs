using System.Runtime.InteropServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Pipelines.Hosting;

/// <summary>
/// Runs batches in this process. The process ends after its batches: a foreground thread per batch sees to that. Should it be ended earlier, the
/// batches are cancelled, because nobody would look after them.
/// </summary>
internal sealed class LocalHost : BatchHost, IAsyncDisposable
{
    private static readonly TimeSpan CancelLimit = TimeSpan.FromSeconds(15);

    private readonly TextWriter _output;
    private readonly SemaphoreSlim _opening = new(1);
    private readonly HashSet<string> _unfinished = new(StringComparer.Ordinal);
    private readonly PosixSignalRegistration[] _signals;
    private DirectoryInfo? _folder;
    private IBatchEngine? _engine;
    private bool _anyFailed;

    public LocalHost(Func<string, string?> environment, TextWriter output)
        : base(environment)
    {
        _output = TextWriter.Synchronized(output);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => CloseAtExit();
        AppDomain.CurrentDomain.UnhandledException += (_, _) => CloseAtExit();
        // A signal would end the process without the event above. 128 and the signal's number is what shells report.
        _signals = [ExitAt(PosixSignal.SIGHUP, 129), ExitAt(PosixSignal.SIGINT, 130), ExitAt(PosixSignal.SIGTERM, 143)];
    }

    private protected override async Task<BatchHandle> SubmitAsync(BatchSpec spec, CancellationToken cancellation)
    {
        var engine = await OpenAsync(cancellation).ConfigureAwait(false);
        await engine.SubmitAsync(spec, cancellation).ConfigureAwait(false);
        lock (_unfinished) _unfinished.Add(spec.Key);
        await _output.WriteLineAsync($"Running batch {spec.Name} on this machine: {spec.Jobs.Count} jobs").ConfigureAwait(false);

        var ended = Task.Run(() => FollowAsync(engine, spec), CancellationToken.None);
        new Thread(() => ended.ContinueWith(static _ => { }, TaskScheduler.Default).Wait()) { IsBackground = false, Name = $"batch {spec.Key}" }.Start();
        return new BatchHandle(spec.Key, spec.Name, null, ended.WaitAsync);
    }

    /// <summary>Cancels what has not ended and releases the engine.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var signal in _signals) signal.Dispose();
        string[] unfinished;
        lock (_unfinished) unfinished = [.. _unfinished];
        if (Interlocked.Exchange(ref _engine, null) is not { } engine) return;

        foreach (var key in unfinished)
        {
            await _output.WriteLineAsync($"Cancelling batch {key}: this program ends before it.").ConfigureAwait(false);
            await engine.CancelAsync(key, "the program that ran it ended", CancellationToken.None).ConfigureAwait(false);
        }
        await engine.DisposeAsync().ConfigureAwait(false);

        if (unfinished.Length > 0 || _anyFailed || !Delete(_folder!))
        {
            await _output.WriteLineAsync($"The files of the batches are kept in {_folder!.FullName}").ConfigureAwait(false);
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

    /// <summary>Prints the output of the jobs, in their order and as it comes, and how they ended.</summary>
    private async Task<BatchSummary> FollowAsync(IBatchEngine engine, BatchSpec spec)
    {
        try
        {
            foreach (var job in spec.Jobs)
            {
                var lines = new PrefixedLines(_output, job.Name.Length > 0 ? job.Name : $"job {job.Id}");
                await foreach (var piece in engine.ReadLogAsync(spec.Key, job.Id, 0, follow: true, CancellationToken.None).ConfigureAwait(false))
                {
                    await lines.WriteAsync(piece).ConfigureAwait(false);
                }
                await lines.FinishAsync().ConfigureAwait(false);

                var ended = (await engine.GetJobsAsync(spec.Key, job.Id - 1, 1, CancellationToken.None).ConfigureAwait(false)).Single();
                if (ended.State != JobState.Succeeded) await lines.SayAsync(Describe(ended)).ConfigureAwait(false);
            }

            var summary = await FinalAsync(engine, spec.Key).ConfigureAwait(false);
            await _output.WriteLineAsync($"Batch {spec.Name} {summary.State.ToName()}: {summary.Jobs.Succeeded} of {summary.Jobs.Total} jobs succeeded").ConfigureAwait(false);
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

    private static async Task<BatchSummary> FinalAsync(IBatchEngine engine, string key)
    {
        // Subscribed first, so that an end between the question and the subscription is not missed.
        var changes = engine.WatchAsync(CancellationToken.None);
        if (await engine.GetAsync(key, CancellationToken.None).ConfigureAwait(false) is { } now && now.State != BatchState.Running) return now;
        await foreach (var change in changes.ConfigureAwait(false))
        {
            if (change.Key == key && change.State != BatchState.Running) return change;
        }
        throw new InvalidOperationException($"The engine closed before the batch \"{key}\" ended.");
    }

    private static string Describe(JobSummary job) =>
        $"{job.State.ToName()}{(job.Reason ?? (job.ExitCode is { } code ? $"exit code {code}" : null)) switch { { } why => $": {why}", null => "" }}";

    private void Fail()
    {
        _anyFailed = true;
        if (Environment.ExitCode == 0) Environment.ExitCode = 1;
    }

    private async Task<IBatchEngine> OpenAsync(CancellationToken cancellation)
    {
        await _opening.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // Readable by this user only, as the system creates temporary folders.
            _folder ??= Directory.CreateTempSubdirectory("analysis-runner-");
            return _engine ??= await LocalEngine.OpenAsync(new LocalEngineOptions { Directory = _folder.FullName }, cancellation).ConfigureAwait(false);
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
        if (!Task.Run(() => DisposeAsync().AsTask()).Wait(CancelLimit)) _output.WriteLine("The batches could not be cancelled in time.");
    }
}
