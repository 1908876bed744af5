using AnalysisRunner.Config;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Policies;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Stores;
using AnalysisRunner.Toml;
using ConfigFiles = AnalysisRunner.Server.Stores.ConfigFiles;
using Layer = AnalysisRunner.Config.ConfigLayer;

namespace AnalysisRunner.Server.Submissions;

/// <summary>What the server's own layer of a config says (analysis-runner spec §4.2).</summary>
internal sealed record ServerValues(string ArGuid, DatasetPolicy Dataset, AccessLevel Level, string OutputPrefix, string DriverImage);

/// <summary>Composes a run's config: the server's layer, over it the administrator's templates, and over them the user's layers.</summary>
/// <param name="folders">Where the storage of datasets lies.</param>
/// <param name="files">Reads the templates.</param>
internal sealed class ConfigComposition(StateFolders folders, ConfigFiles files)
{
    private const string ServerLayer = "server";

    private static readonly string[] Categories = ["default", "web", "analysis", "tmp", "upload"];

    private readonly ConfigTemplates _templates = new(folders, files);

    /// <summary>Everything that forbids to use a user's layer: syntax errors and protected keys, with their <c>AR4</c> codes.</summary>
    public static IEnumerable<Problem> Check(Layer layer)
    {
        var name = layer.Name;
        return layer.Document.HasErrors
            ? layer.Document.Errors.Select(error => new Problem(error.Code, error.Message, null, name, error.Span.Line, error.Span.Column))
            : ConfigRules.CheckProtectedKeys(layer).Select(p => new Problem(p.Code, p.Message, p.Key, name, p.Span.Line, p.Span.Column));
    }

    /// <summary>The composed config.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6065</c> templates are missing; <c>AR6073</c> they name what is no place for data; <c>AR6152</c> the config store cannot be read.</exception>
    public async Task<ComposedConfig> ComposeAsync(ServerValues values, IEnumerable<Layer> userLayers, CancellationToken cancellation)
    {
        var templates = await _templates.ReadAsync(values.Dataset.Name, values.Level.Namespace(), cancellation);
        return new ComposedConfig(MergedConfig.Merge([Layer.FromServer(ServerLayer, ServerTable(values)), .. templates, .. userLayers]))
        {
            StorageAddresses = TemplateStorage.Find(templates, values.Dataset.Name, StorageFolders(values.Dataset.Name, values.Level)),
        };
    }

    /// <summary>The address that an output prefix names.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="level">The level.</param>
    /// <param name="outputPrefix">The prefix.</param>
    /// <param name="templates">What the templates name (<see cref="ComposedConfig.StorageAddresses"/>).</param>
    public string OutputPath(string dataset, AccessLevel level, string outputPrefix, IReadOnlyDictionary<string, string>? templates) =>
        StorageAddress.Combine(templates?["default"] ?? StorageAddress.Combine(folders.Storage(dataset, level.Namespace()), "default"), outputPrefix.Split('/'));

    /// <summary>The addresses of the storage of a run by category.</summary>
    public IEnumerable<(string Category, string Path)> StorageFolders(InvocationRecord record) =>
        record.StorageAddresses?.Select(entry => (entry.Key, entry.Value)) ?? StorageFolders(record.Invocation.Dataset, record.Invocation.AccessLevel);

    /// <summary>The addresses of a dataset's storage by category.</summary>
    public IEnumerable<(string Category, string Path)> StorageFolders(string dataset, AccessLevel level) => StorageFolders(dataset, level.Namespace());

    private IEnumerable<(string Category, string Path)> StorageFolders(string dataset, string @namespace) =>
        Categories.Select(category => (category, StorageAddress.Combine(folders.Storage(dataset, @namespace), category)));

    private TomlMap ServerTable(ServerValues values)
    {
        var (dataset, level) = (values.Dataset, values.Level);
        var byDataset = new TomlMap { { "default", StorageTable(dataset.Name, level) } };
        // A dataset that is called 'default' has the same table under the same name.
        byDataset[dataset.Name] = StorageTable(dataset.Name, level);
        return new TomlMap
        {
            { "hail", new TomlMap { { "billing_project", dataset.Name }, { "bucket", StorageAddress.Combine(folders.Storage(dataset.Name, level.Namespace()), "hail") } } },
            {
                "workflow", new TomlMap
                {
                    { "ar-guid", values.ArGuid },
                    { "access_level", level.ToName() },
                    { "dataset", dataset.Name },
                    { "dataset_gcp_project", dataset.Project ?? dataset.Name },
                    { "driver_image", values.DriverImage },
                    { "output_prefix", values.OutputPrefix },
                    { "status_reporter", "analysis-runner" },
                }
            },
            { "storage", byDataset },
        };
    }

    // Runs on main data find the test data beside it, as the libraries of the original look for it (analysis-runner spec §4.2).
    private TomlMap StorageTable(string dataset, AccessLevel level)
    {
        var table = new TomlMap();
        foreach (var (category, path) in StorageFolders(dataset, level)) table.Add(category, path);
        if (level == AccessLevel.Test) return table;
        var test = new TomlMap();
        foreach (var (category, path) in StorageFolders(dataset, AccessLevel.Test)) test.Add(category, path);
        table.Add("test", test);
        return table;
    }
}
