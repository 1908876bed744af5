using AnalysisRunner.Engines;
using AnalysisRunner.Engines.Local;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Stores;
using AnalysisRunner.Storage;

namespace AnalysisRunner.Server.Hosting;

/// <summary>Opens the engine that runs on this machine.</summary>
internal static class LocalEngines
{
    /// <summary>Opens it; it is closed with <paramref name="opened"/>.</summary>
    /// <param name="folders">Where it keeps its batches.</param>
    /// <param name="settings">How it works.</param>
    /// <param name="log">Where its troubles are told.</param>
    /// <param name="opened">What closes it.</param>
    /// <param name="stores">Reach what jobs name, with the credentials of this process; which jobs may is judged before a batch comes here.</param>
    /// <param name="current">Says whose jobs have those credentials themselves.</param>
    /// <param name="replace">Puts another engine in front of it, in tests.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<IBatchEngine> OpenAsync(
        StateFolders folders, LocalEngineSettings settings, ILoggerProvider log, OpenedParts opened, ObjectStores stores, CurrentSettings current, Func<IBatchEngine, IBatchEngine>? replace,
        CancellationToken cancellation)
    {
        var reports = log.CreateLogger(nameof(LocalEngine));
        IBatchEngine engine = await LocalEngine.OpenAsync(
            settings.ApplyTo(new LocalEngineOptions
            {
                Directory = folders.Engine,
                Transfers = [new ObjectStoreTransfer(stores)],
                PassedEnvironment = DriverBatch.PassedEnvironment,
                PassedEnvironmentOf = new StoreCredentials(current).LentTo,
                Report = problem => reports.LogWarning("{Problem}", problem),
            }),
            cancellation);
        return opened.Add(replace is null ? engine : replace(engine));
    }
}
