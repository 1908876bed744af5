using AnalysisRunner.Engines;
using AnalysisRunner.Engines.Slurm;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Stores;
using AnalysisRunner.Storage;

namespace AnalysisRunner.Server.Hosting;

/// <summary>Opens the engine that runs on a Slurm cluster.</summary>
internal static class SlurmEngines
{
    /// <summary>Opens it; it is closed with <paramref name="opened"/>.</summary>
    /// <param name="settings">What the administrator says about the cluster.</param>
    /// <param name="folders">Where it keeps its batches; the nodes see it too.</param>
    /// <param name="log">Where its troubles are told.</param>
    /// <param name="opened">What closes it.</param>
    /// <param name="stores">Reach what jobs name, with the credentials of this process; which jobs may is judged before a batch comes here.</param>
    /// <param name="current">Says where the jobs of each dataset and level are placed.</param>
    /// <param name="replace">Puts another engine in front of it, in tests.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<IBatchEngine> OpenAsync(
        SlurmEngineSettings settings, StateFolders folders, ILoggerProvider log, OpenedParts opened, ObjectStores stores, CurrentSettings current, Func<IBatchEngine, IBatchEngine>? replace,
        CancellationToken cancellation)
    {
        var reports = log.CreateLogger(nameof(SlurmEngine));
        IBatchEngine engine = await SlurmEngine.OpenAsync(
            settings.ApplyTo(new SlurmEngineOptions
            {
                // Beside the local engine's, so that a changed setting never makes one engine read the folder of the other.
                Directory = folders.Engine + "-slurm",
                PlacementOf = new SlurmPlacements(current).Of,
                Transfers = [new ObjectStoreTransfer(stores)],
                PassedEnvironment = [.. DriverBatch.PassedEnvironment, "SLURM_CONF"],
                PassedEnvironmentOf = new StoreCredentials(current).LentTo,
                Report = problem => reports.LogWarning("{Problem}", problem),
            }),
            cancellation);
        return opened.Add(replace is null ? engine : replace(engine));
    }
}
