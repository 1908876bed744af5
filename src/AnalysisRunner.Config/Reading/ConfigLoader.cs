#if NET
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>Loads config by a schema: what the <c>Load</c> and <c>Parse</c> of generated classes call.</summary>
public sealed class ConfigLoader
{
    /// <summary>The environment variable with the comma-separated list of config files.</summary>
    public const string PathVariable = "CPG_CONFIG_PATH";

    private readonly Schema _schema;

    private ConfigLoader(Schema schema) => _schema = schema;

    /// <summary>A loader for the schema files that a project was compiled with.</summary>
    /// <param name="isComplete">Whether the files declare everything that config may contain; see <see cref="Schema.IsComplete"/>.</param>
    /// <param name="files">Pairs of path and text.</param>
    /// <exception cref="ConfigException">A schema has mistakes. Code that compiled has none.</exception>
    public static ConfigLoader ForSchemas(bool isComplete, params (string Path, string Text)[] files)
    {
        var schema = Schema.Combine(files.Select(file => SchemaFile.Parse(TomlDocument.Parse(file.Text, file.Path))), isComplete);
        return schema.Problems.Count == 0 ? new ConfigLoader(schema) : throw new ConfigException(schema.Problems);
    }

    /// <summary>Loads the files of <c>CPG_CONFIG_PATH</c>, merged left to right.</summary>
    /// <exception cref="ConfigException">The variable is not set, or the config cannot be used; lists all problems.</exception>
    public ConfigTable Load()
    {
        var variable = Environment.GetEnvironmentVariable(PathVariable);
        var paths = variable is null ? [] : variable.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (paths.Length > 0) return Load(paths);
        throw Failed(ConfigCodes.NoConfig, "The environment variable " + PathVariable + " is \"" + variable
            + "\", so there is no config to load. Set it to a comma-separated list of TOML files; under a runner it is always set.",
            PathVariable);
    }

    /// <summary>Loads local files, merged left to right.</summary>
    /// <exception cref="ConfigException">A file cannot be read, or the config cannot be used; lists all problems.</exception>
    public ConfigTable Load(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var layers = new List<ConfigLayer>();
        var unreadable = new List<ConfigProblem>();
        foreach (var path in paths)
        {
            if (path.Contains("://", StringComparison.Ordinal))
            {
                unreadable.Add(new ConfigProblem(ConfigCodes.RemotePath, "\"" + path
                    + "\" is not a local file, and this program has no store that could read it. Copy it to a local file and name that.",
                    "", path, default));
                continue;
            }
            try
            {
                layers.Add(ConfigLayer.FromServer(path, TomlDocument.Load(path)));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
            {
                unreadable.Add(new ConfigProblem(ConfigCodes.UnreadableFile, "The config file \"" + path + "\" cannot be read: "
                    + error.Message
                    + " Correct the path, or the rights of the file.", "", path, default));
            }
        }
        if (layers.Count == 0 && unreadable.Count == 0)
            throw Failed(ConfigCodes.NoConfig,
                "The list of config files is \"\", so there is no config to load. Name at least one TOML file.", "");
        return Read(layers, unreadable);
    }

    /// <summary>Reads config from text.</summary>
    /// <exception cref="ConfigException">The config cannot be used; lists all problems.</exception>
    public ConfigTable Parse(string toml, string name = "config.toml") => Read([ConfigLayer.FromServer(name, toml)], []);

    /// <summary>Reads config from layers, which may be a user's, so that protected keys are refused.</summary>
    /// <exception cref="ConfigException">The config cannot be used; lists all problems.</exception>
    public ConfigTable Read(IReadOnlyList<ConfigLayer> layers) => Read(layers, []);

    private ConfigTable Read(IReadOnlyList<ConfigLayer> layers, List<ConfigProblem> unreadable)
    {
        // With a file unread, what the others lack says nothing.
        var problems = ConfigRules.Check(_schema, layers, ConfigStage.Run)
            .Where(problem => !problem.IsWarning && (unreadable.Count == 0 || problem.Code != ConfigCodes.MissingKey));
        unreadable.AddRange(problems);
        if (unreadable.Count > 0) throw new ConfigException(unreadable);
        return new ConfigTable(_schema.Root, MergedConfig.Merge(layers).Root);
    }

    private static ConfigException Failed(string code, string message, string file) =>
        new([new ConfigProblem(code, message, "", file, default)]);
}
#endif
