using AnalysisRunner.Engines;
using AnalysisRunner.Engines.Local;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Storage;

namespace AnalysisRunner.Server.Hosting;

/// <summary>Opens the engine that runs on this machine.</summary>
internal static class LocalEngines
{
    /// <summary>Opens it; it is closed with <paramref name="opened"/>.</summary>
    public static async Task<IBatchEngine> OpenAsync(
        StateFolders folders, ILoggerProvider log, OpenedParts opened, Func<IBatchEngine, IBatchEngine>? replace, CancellationToken cancellation)
    {
        var reports = log.CreateLogger(nameof(LocalEngine));
        IBatchEngine engine = await LocalEngine.OpenAsync(
            new LocalEngineOptions
            {
                Directory = folders.Engine,
                Transfers = [new ObjectStoreTransfer(opened.Add(new ObjectStores()))],
                PassedEnvironment = DriverBatch.PassedEnvironment,
                Report = problem => reports.LogWarning("{Problem}", problem),
            },
            cancellation);
        return opened.Add(replace is null ? engine : replace(engine));
    }
}
