using AnalysisRunner.Config;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Toml;
using Layer = AnalysisRunner.Config.ConfigLayer;

namespace AnalysisRunner.Server.Submissions;

/// <summary>What the server's own layer of a config says (analysis-runner spec §4.2).</summary>
internal sealed record ServerValues(string ArGuid, string Dataset, AccessLevel Level, string OutputPrefix, string DriverImage);

/// <summary>Composes a run's config: the server's layer, and over it the user's.</summary>
/// <param name="folders">Where the storage of datasets lies.</param>
internal sealed class ConfigComposition(StateFolders folders)
{
    private const string ServerLayer = "server";

    private static readonly string[] Categories = ["default", "web", "analysis", "tmp", "upload"];

    /// <summary>Everything that forbids to use a user's layer: syntax errors and protected keys, with their <c>AR4</c> codes.</summary>
    public static IEnumerable<Problem> Check(Layer layer)
    {
        var name = layer.Name;
        return layer.Document.HasErrors
            ? layer.Document.Errors.Select(error => new Problem(error.Code, error.Message, null, name, error.Span.Line, error.Span.Column))
            : ConfigRules.CheckProtectedKeys(layer).Select(p => new Problem(p.Code, p.Message, p.Key, name, p.Span.Line, p.Span.Column));
    }

    /// <summary>The composed config as TOML.</summary>
    public string Compose(ServerValues values, IEnumerable<Layer> userLayers)
    {
        var server = Layer.FromServer(ServerLayer, TomlWriter.Write(ServerTable(values)));
        var merged = ToMap(MergedConfig.Merge([server, .. userLayers]).Root);
        try
        {
            return TomlWriter.Write(merged, TomlDialect.Portable);
        }
        catch (TomlWriteException)
        {
            // Python's toml could not read it, but what this run is made of can.
            return TomlWriter.Write(merged, TomlDialect.Full);
        }
    }

    /// <summary>The folder that an output prefix names.</summary>
    public string OutputPath(string dataset, AccessLevel level, string outputPrefix) =>
        Path.Combine([folders.Storage(dataset, level), "default", .. outputPrefix.Split('/')]);

    /// <summary>The folders of a dataset's storage by category.</summary>
    public IEnumerable<(string Category, string Path)> StorageFolders(string dataset, AccessLevel level) =>
        Categories.Select(category => (category, Path.Combine(folders.Storage(dataset, level), category)));

    private TomlMap ServerTable(ServerValues values)
    {
        var storage = new TomlMap();
        foreach (var (category, path) in StorageFolders(values.Dataset, values.Level)) storage.Add(category, path);
        var byDataset = new TomlMap { { "default", storage } };
        // A dataset that is called 'default' has the same table under the same name.
        byDataset[values.Dataset] = storage;
        return new TomlMap
        {
            { "hail", new TomlMap { { "billing_project", values.Dataset }, { "bucket", Path.Combine(folders.Storage(values.Dataset, values.Level), "hail") } } },
            {
                "workflow", new TomlMap
                {
                    { "ar-guid", values.ArGuid },
                    { "access_level", values.Level.ToName() },
                    { "dataset", values.Dataset },
                    { "dataset_gcp_project", values.Dataset },
                    { "driver_image", values.DriverImage },
                    { "output_prefix", values.OutputPrefix },
                    { "status_reporter", "analysis-runner" },
                }
            },
            { "storage", byDataset },
        };
    }

    private static TomlMap ToMap(ConfigNode table)
    {
        var map = new TomlMap();
        foreach (var child in table.Children) map.Add(child.Key, child.IsTable ? ToMap(child) : child.Value);
        return map;
    }
}
