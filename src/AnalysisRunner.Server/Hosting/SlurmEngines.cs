using AnalysisRunner.Engines;
using AnalysisRunner.Engines.Slurm;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Hosting;

/// <summary>Opens the engine that runs on a Slurm cluster.</summary>
internal static class SlurmEngines
{
    /// <summary>Opens it; it is closed with <paramref name="opened"/>.</summary>
    /// <param name="settings">What the administrator says about the cluster.</param>
    /// <param name="folders">Where it keeps its batches; the nodes see it too.</param>
    /// <param name="log">Where its troubles are told.</param>
    /// <param name="opened">What closes it.</param>
    /// <param name="replace">Puts another engine in front of it, in tests.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<IBatchEngine> OpenAsync(
        SlurmSettings settings, StateFolders folders, ILoggerProvider log, OpenedParts opened, Func<IBatchEngine, IBatchEngine>? replace, CancellationToken cancellation)
    {
        var reports = log.CreateLogger(nameof(SlurmEngine));
        IBatchEngine engine = await SlurmEngine.OpenAsync(
            new SlurmEngineOptions
            {
                // Beside the local engine's, so that a changed setting never makes one engine read the folder of the other.
                Directory = folders.Engine + "-slurm",
                Placement = settings.Placement(),
                DriverPartition = settings.DriverPartition,
                MemoryGrowth = settings.MemoryGrowth,
                VisibilityLimit = settings.VisibilityLimit,
                PassedEnvironment = [.. DriverBatch.PassedEnvironment, "SLURM_CONF"],
                Report = problem => reports.LogWarning("{Problem}", problem),
            },
            cancellation);
        return opened.Add(replace is null ? engine : replace(engine));
    }
}
