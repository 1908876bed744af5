using System.Collections.Concurrent;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Stores;
using AnalysisRunner.Toml;
using Layer = AnalysisRunner.Config.ConfigLayer;

namespace AnalysisRunner.Server.Submissions;

/// <summary>The administrator's layers, between the server's own and the user's (analysis-runner spec §4.2).</summary>
/// <param name="folders">Where the config store is.</param>
/// <param name="files">Reads it.</param>
internal sealed class ConfigTemplates(StateFolders folders, ConfigFiles files)
{
    private const string Folder = "templates";

    // Read each time, because an administrator may have changed them, and parsed when they have.
    private readonly ConcurrentDictionary<string, (byte[] Text, Layer Layer)> _parsed = new(StringComparer.Ordinal);

    /// <summary>
    /// The templates for a dataset and namespace, lowest first; none where the config store has no folder <c>templates</c>, otherwise all of them.
    /// </summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6065</c> some are missing or are no TOML; all of them are named. <c>AR6152</c> the config store cannot be read.</exception>
    public async Task<IReadOnlyList<Layer>> ReadAsync(string dataset, string @namespace, CancellationToken cancellation)
    {
        try
        {
            var folder = StorageAddress.Combine(folders.Configs, Folder);
            if (!await files.HasFolderAsync(folder, cancellation)) return [];
            string[] names = ["infrastructure.toml", "images/images.toml", "references/references.toml", $"storage/gcp/{dataset}-{@namespace}.toml"];
            var texts = await Task.WhenAll(names.Select(name => files.ReadAsync(StorageAddress.Combine(folder, name.Split('/')), cancellation)));
            return Parse(names.Zip(texts));
        }
        catch (IOException unreadable)
        {
            throw ConfigFiles.Unusable(folders.Configs, unreadable);
        }
    }

    private List<Layer> Parse(IEnumerable<(string Name, byte[]? Text)> templates)
    {
        var layers = new List<Layer>();
        var problems = new List<Problem>();
        foreach (var (name, text) in templates)
        {
            var path = $"{Folder}/{name}";
            if (text is null)
            {
                problems.Add(new Problem(PolicyCodes.TemplateMissing, $"The config template '{path}' does not exist in the server's config store; have an administrator add it.", "config", path));
                continue;
            }
            if (_parsed.TryGetValue(path, out var known) && known.Text.AsSpan().SequenceEqual(text))
            {
                layers.Add(known.Layer);
                continue;
            }
            var document = TomlDocument.Parse(text, path);
            problems.AddRange(document.Errors.Select(error => new Problem(error.Code, error.Message, "config", path, error.Span.Line, error.Span.Column)));
            layers.Add(Layer.FromServer(path, document));
            if (document.Errors.Count == 0) _parsed[path] = (text, layers[^1]);
        }
        return problems.Count == 0 ? layers : throw new AnalysisRunnerException(problems);
    }
}
