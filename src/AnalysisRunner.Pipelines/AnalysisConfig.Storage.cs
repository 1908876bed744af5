using System.Runtime.CompilerServices;
using AnalysisRunner.Config;
using AnalysisRunner.Contracts;
using AnalysisRunner.Pipelines.Configuration;

namespace AnalysisRunner.Pipelines;

/// <summary>Paths in the storage of datasets (analysis-runner spec §5.2). A path is text: <c>gs://…</c>, <c>s3://…</c>, a URL or a local path, as config has it.</summary>
public sealed partial class AnalysisConfig
{
    private const string DefaultCategory = "default";
    private const string WebUrlCategory = "web_url";

    /// <summary>A path in the storage of a dataset: what <c>storage.&lt;dataset&gt;.&lt;category&gt;</c> says, and the suffix below it.</summary>
    /// <param name="suffix">A relative path; empty for the place itself, which then ends with a slash.</param>
    /// <param name="category">Such as <c>web</c>, <c>analysis</c> or <c>tmp</c>; none means <c>default</c>.</param>
    /// <param name="dataset">A dataset that this run may read; none means its own.</param>
    /// <param name="test">Whether test storage is meant, whatever the run's access level.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5115</c>: the suffix is absolute or leads upwards.</exception>
    /// <exception cref="ConfigException"><c>AR4124</c>: config has no such place.</exception>
    public string DatasetPath(
        string suffix, string? category = null, string? dataset = null, bool test = false,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        PathSuffix.Check(suffix, new CodeLine(file, line));
        return PathSuffix.Join(StorageSection.Find(Merged, dataset, test).Place(string.IsNullOrEmpty(category) ? DefaultCategory : category), suffix);
    }

    /// <summary>A path below the run's output prefix, <c>workflow.output_prefix</c>, in the storage of a dataset.</summary>
    /// <param name="suffix">A relative path.</param>
    /// <param name="category">Such as <c>web</c>, <c>analysis</c> or <c>tmp</c>; none means <c>default</c>.</param>
    /// <param name="dataset">A dataset that this run may read; none means its own.</param>
    /// <param name="test">Whether test storage is meant, whatever the run's access level.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5115</c>: the suffix is absolute or leads upwards.</exception>
    /// <exception cref="ConfigException"><c>AR4124</c>: config has no such place; <c>AR4123</c> or <c>AR4110</c>: there is no output prefix, or it is
    /// no path inside a dataset's storage.</exception>
    public string OutputPath(
        string suffix, string? category = null, string? dataset = null, bool test = false,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        PathSuffix.Check(suffix, new CodeLine(file, line));
        var text = Get<string>("workflow", "output_prefix");
        if (!OutputPrefix.TryParse(text, out var prefix, out var fault))
        {
            var node = Merged.Get("workflow", "output_prefix");
            throw new ConfigException([new ConfigProblem(ConfigCodes.MalformedText,
                $"\"{node.Path}\" is {ConfigText.Quote(text)}: it {fault}, so outputs would not lie in the dataset's storage. Give a relative path.",
                node.Path, node.Place.File, node.Value.Span)]);
        }
        return DatasetPath(PathSuffix.Join(prefix.ToString(), suffix), category, dataset, test, file, line);
    }

    /// <summary>The address at which people see a file of the dataset's web storage.</summary>
    /// <param name="suffix">A relative path; empty for the address itself, which then ends with a slash.</param>
    /// <param name="dataset">A dataset that this run may read; none means its own.</param>
    /// <param name="test">Whether test storage is meant, whatever the run's access level.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5115</c>: the suffix is absolute or leads upwards.</exception>
    /// <exception cref="ConfigException"><c>AR4124</c>: config has no such address.</exception>
    public string WebUrl(
        string suffix = "", string? dataset = null, bool test = false, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        DatasetPath(suffix, WebUrlCategory, dataset, test, file, line);

    /// <summary>A path in the test storage of a dataset, whatever the run's access level.</summary>
    /// <param name="suffix">A relative path; empty for the place itself, which then ends with a slash.</param>
    /// <param name="category">Such as <c>web</c>, <c>analysis</c> or <c>tmp</c>; none means <c>default</c>.</param>
    /// <param name="dataset">A dataset that this run may read; none means its own.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5115</c>: the suffix is absolute or leads upwards.</exception>
    /// <exception cref="ConfigException"><c>AR4124</c>: config has no such place.</exception>
    public string TestDatasetPath(
        string suffix, string? category = null, string? dataset = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        DatasetPath(suffix, category, dataset, test: true, file, line);
}
