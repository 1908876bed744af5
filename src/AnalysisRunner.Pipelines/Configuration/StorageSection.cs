using AnalysisRunner.Config;

namespace AnalysisRunner.Pipelines.Configuration;

/// <summary>The section of config that says where the data of one dataset is.</summary>
internal sealed class StorageSection
{
    private const string Storage = "storage";
    private const string OwnDataset = "default";
    private const string Test = "test";

    private readonly ConfigNode _table;

    private StorageSection(ConfigNode table) => _table = table;

    /// <summary>Finds the section of a dataset.</summary>
    /// <param name="config">The config.</param>
    /// <param name="dataset">None means the run's own.</param>
    /// <param name="test">Whether test storage is meant: at level test all storage is, at the others it has a table of its own.</param>
    public static StorageSection Find(MergedConfig config, string? dataset, bool test)
    {
        var storage = Table(config.Root, Storage, "The server writes it; where no server does, write [storage.default] with a path for each category.");
        var name = string.IsNullOrEmpty(dataset) ? OwnDataset : dataset;
        var table = Table(storage, name, name == OwnDataset
            ? "It says where this run's dataset is: add it with a path for each category."
            : $"A run has the sections of its dataset and of those that its dataset depends on: correct the name, or ask for permission to read {ConfigText.Quote(name)}.");
        if (test && NodeConversion.To<string>(config.Get("workflow", "access_level")) != Test)
            table = Table(table, Test, "The dataset has no test storage; ask for some, or use another dataset.");
        return new StorageSection(table);
    }

    /// <summary>The place of a category.</summary>
    public string Place(string category)
    {
        var place = _table.Find(category) is { } node ? NodeConversion.To<string>(node) : "";
        if (place.Length > 0) return place;
        var known = string.Join(", ", _table.Children.Where(child => !child.IsTable).Select(child => ConfigText.Quote(child.Key)));
        var path = ConfigKeys.Join(_table.Path, category);
        throw Unknown(_table, path,
            $"The config gives no path for the category {ConfigText.Quote(category)} in [{_table.Path}]; it has {(known.Length > 0 ? known : "none")}. Correct the category, or set \"{path}\".");
    }

    private static ConfigNode Table(ConfigNode parent, string key, string remedy)
    {
        if (parent.Find(key) is { IsTable: true } table) return table;
        var path = ConfigKeys.Join(parent.Path, key);
        throw Unknown(parent, path, $"The config has no section [{path}], so paths in it are unknown. {remedy}");
    }

    private static ConfigException Unknown(ConfigNode found, string key, string message) =>
        new([new ConfigProblem(ConfigCodes.StorageUnknown, message, key, found.Place.File ?? "", found.Place.Span)]);
}
