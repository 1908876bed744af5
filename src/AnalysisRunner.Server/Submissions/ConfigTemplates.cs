using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Toml;
using Layer = AnalysisRunner.Config.ConfigLayer;

namespace AnalysisRunner.Server.Submissions;

/// <summary>The administrator's layers, between the server's own and the user's (analysis-runner spec §4.2).</summary>
/// <param name="folders">Where the config store is.</param>
internal sealed class ConfigTemplates(StateFolders folders)
{
    private const string Folder = "templates";

    /// <summary>
    /// The templates for a dataset and namespace, lowest first; none where the config store has no folder <c>templates</c>, otherwise all of them.
    /// </summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6065</c> some are missing or are no TOML; all of them are named.</exception>
    public IReadOnlyList<Layer> Read(string dataset, string @namespace)
    {
        var folder = Path.Combine(folders.Configs, Folder);
        if (!Directory.Exists(folder)) return [];
        string[] names = ["infrastructure.toml", "images/images.toml", "references/references.toml", $"storage/gcp/{dataset}-{@namespace}.toml"];
        var layers = new List<Layer>();
        var problems = new List<Problem>();
        foreach (var name in names)
        {
            var path = $"{Folder}/{name}";
            try
            {
                var document = TomlDocument.Parse(File.ReadAllBytes(Path.Combine(folder, name)), path);
                problems.AddRange(document.Errors.Select(error => new Problem(error.Code, error.Message, "config", path, error.Span.Line, error.Span.Column)));
                layers.Add(Layer.FromServer(path, document));
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                problems.Add(new Problem(PolicyCodes.TemplateMissing, $"The config template '{path}' does not exist in the server's config store; have an administrator add it.", "config", path));
            }
        }
        return problems.Count == 0 ? layers : throw new AnalysisRunnerException(problems);
    }
}
