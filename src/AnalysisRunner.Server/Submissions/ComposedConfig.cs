using AnalysisRunner.Config;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Server.Submissions;

/// <summary>The config of a run.</summary>
/// <param name="merged">Its layers, merged.</param>
internal sealed class ComposedConfig(MergedConfig merged)
{
    /// <summary>The addresses of the dataset's storage by category, where templates name others than the server does; null where they do not.</summary>
    public IReadOnlyDictionary<string, string>? StorageAddresses { get; init; }

    /// <summary>The config, key by key.</summary>
    public ConfigNode Root => merged.Root;

    /// <summary>Which layer and line set each key, and what it replaced, as JSON.</summary>
    public string Origins => merged.ListJson();

    /// <summary>The config as TOML.</summary>
    public string ToToml()
    {
        try
        {
            return merged.ToToml();
        }
        catch (TomlWriteException)
        {
            // Python's toml could not read it, but what this run is made of can.
            return TomlWriter.Write(ToMap(merged.Root), TomlDialect.Full);
        }
    }

    private static TomlMap ToMap(ConfigNode table)
    {
        var map = new TomlMap();
        foreach (var child in table.Children) map.Add(child.Key, child.IsTable ? ToMap(child) : child.Value);
        return map;
    }
}
