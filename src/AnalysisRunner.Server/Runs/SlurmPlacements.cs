using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Slurm;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Stores;

namespace AnalysisRunner.Server.Runs;

/// <summary>Where Slurm places the jobs of a batch, by its dataset and level.</summary>
/// <param name="current">The settings now: what is changed holds from the next array on.</param>
internal sealed class SlurmPlacements(CurrentSettings current)
{
    /// <summary>The attribute of a batch that says at which level it runs; set by the server, whatever the batch says.</summary>
    public const string LevelAttribute = "access-level";

    /// <summary>What is different for a batch; null when nothing is.</summary>
    public SlurmPlacement? Of(BatchSpec batch) =>
        batch.Attributes.TryGetValue(StoreCredentials.DatasetAttribute, out var dataset) && batch.Attributes.TryGetValue(LevelAttribute, out var name)
        && AccessLevelNames.TryParse(name, out var level) && current.Value.Policy.Find(dataset) is { } policy
            ? policy.SlurmPlacements.GetValueOrDefault(level)
            : null;
}
