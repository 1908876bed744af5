using AnalysisRunner.Config;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Stores;
using AnalysisRunner.Toml;
using Layer = AnalysisRunner.Config.ConfigLayer;

namespace AnalysisRunner.Server.Submissions;

/// <summary>
/// Where the administrator's templates put a dataset's storage. Layers of users are not asked: outputs are listed, read and described with the rights of the
/// server, which must not be led elsewhere by a request.
/// </summary>
internal static class TemplateStorage
{
    private const string Section = "storage";
    private const string OfThisRun = "default";

    /// <summary>The addresses by category; null where the templates name none but the server's own.</summary>
    /// <param name="templates">The templates, lowest first.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="own">The server's own addresses.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR6073</c> a template names what is no place.</exception>
    public static IReadOnlyDictionary<string, string>? Find(IReadOnlyList<Layer> templates, string dataset, IEnumerable<(string Category, string Path)> own)
    {
        if (templates.Count == 0) return null;
        var merged = MergedConfig.Merge(templates);
        var addresses = own.ToDictionary(folder => folder.Category, folder => folder.Path, StringComparer.Ordinal);
        var isRedirected = false;
        foreach (var category in addresses.Keys.ToList())
        {
            if ((merged.Find(Section, OfThisRun, category) ?? merged.Find(Section, dataset, category)) is not { } node) continue;
            var address = Read(node) ?? throw new AnalysisRunnerException([new Problem(
                StoreCodes.TemplateStorage,
                $"The config template says that \"{node.Path}\" is {(node is { IsTable: false, Value.Kind: TomlKind.String } ? Quoted.Value(node.Value.AsString()) : "something other than text")}, and that is no place for data; have an administrator write an absolute path, or one of gs:// or s3://.",
                node.Path, node.Place.File, node.Place.Span.Line, node.Place.Span.Column)]);
            isRedirected |= address != addresses[category];
            addresses[category] = address;
        }
        return isRedirected ? addresses : null;
    }

    private static string? Read(ConfigNode node)
    {
        if (node is not { IsTable: false, Value.Kind: TomlKind.String }) return null;
        var text = node.Value.AsString();
        if (StorageAddress.IsUrl(text)) return StorageAddress.Parse(text);
        return Path.IsPathFullyQualified(text) && !text.Split('/', '\\').Contains("..") ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(text)) : null;
    }
}
