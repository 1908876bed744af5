#if NET
using System;
using System.Collections.Generic;
using System.Linq;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>Loads config by a schema: what the <c>Load</c> and <c>Parse</c> of generated classes call.</summary>
public sealed class ConfigLoader
{
    /// <summary>The environment variable with the comma-separated list of config files.</summary>
    public const string PathVariable = "CPG_CONFIG_PATH";

    private readonly Schema _schema;

    /// <summary>A loader for a schema.</summary>
    /// <exception cref="ConfigException">The schema has mistakes.</exception>
    public ConfigLoader(Schema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        _schema = schema.Problems.Count == 0 ? schema : throw new ConfigException(schema.Problems);
    }

    /// <summary>A loader for the schema files that a project was compiled with.</summary>
    /// <param name="isComplete">Whether the files declare everything that config may contain; see <see cref="Schema.IsComplete"/>.</param>
    /// <param name="files">Pairs of path and text.</param>
    /// <exception cref="ConfigException">A schema has mistakes. Code that compiled has none.</exception>
    public static ConfigLoader ForSchemas(bool isComplete, params (string Path, string Text)[] files) =>
        new(Schema.Combine(files.Select(file => SchemaFile.Parse(TomlDocument.Parse(file.Text, file.Path))), isComplete));

    /// <summary>Loads the files of <c>CPG_CONFIG_PATH</c>, merged left to right.</summary>
    /// <exception cref="ConfigException">The variable is not set, or the config cannot be used; lists all problems.</exception>
    public ConfigTable Load()
    {
        var variable = Environment.GetEnvironmentVariable(PathVariable);
        return ConfigFiles.Listed(variable) is { Length: > 0 } paths ? Load(paths) : throw ConfigFiles.NoneListed(variable);
    }

    /// <summary>Loads files, merged left to right: local ones, and objects of the stores that <see cref="ConfigStores"/> knows.</summary>
    /// <exception cref="ConfigException">A file cannot be read, or the config cannot be used; lists all problems.</exception>
    public ConfigTable Load(IEnumerable<string> paths)
    {
        var unreadable = new List<ConfigProblem>();
        var layers = ConfigFiles.Read(paths, unreadable);
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
        var merged = MergedConfig.Merge(layers);
        return new ConfigTable(_schema.Root, merged.Root, new ConfigSource(merged));
    }
}
#endif
