namespace AnalysisRunner.Config;

/// <summary>The config of a run, whether by keys or as the class that a schema generates: what a batch can be created with.</summary>
public interface IAnalysisConfig
{
    /// <summary>The merged layers that it was read from, with the origin of each key; without keys when it was not read but put together in code.</summary>
    MergedConfig Merged { get; }
}
