using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>Layers of config laid over one another, left to right; every key knows which layer and line set it and what it
/// replaced.</summary>
public sealed partial class MergedConfig
{
    private MergedConfig(IReadOnlyList<ConfigLayer> layers, ConfigNode root)
    {
        Layers = layers;
        Root = root;
    }

    /// <summary>The layers, lowest first.</summary>
    public IReadOnlyList<ConfigLayer> Layers { get; }

    /// <summary>The merged top-level table.</summary>
    public ConfigNode Root { get; }

    /// <summary>
    /// Merges layers, the later over the earlier: tables merge, everything else (arrays too) is replaced (analysis-runner spec §5.1).
    /// A layer with syntax errors contributes what could be read; judge the layers with <see cref="ConfigRules"/> first.
    /// </summary>
    public static MergedConfig Merge(IEnumerable<ConfigLayer> layers)
    {
        var list = (layers ?? throw new ArgumentNullException(nameof(layers))).ToList();
        var root = ConfigNode.NewRoot();
        foreach (var layer in list) root.Merge(layer.Document.Root, layer.Name, layer.Document.Path ?? layer.Name);
        return new MergedConfig(list, root);
    }

    /// <summary>Merges layers, the later over the earlier.</summary>
    public static MergedConfig Merge(params ConfigLayer[] layers) => Merge((IEnumerable<ConfigLayer>)layers);

#if NET
    /// <summary>Reads the files of <c>CPG_CONFIG_PATH</c> and merges them left to right, without any schema.</summary>
    /// <exception cref="ConfigException">The variable is not set, a file cannot be read or is no TOML, or they hold nothing; lists all
    /// problems.</exception>
    public static MergedConfig Load()
    {
        var variable = Environment.GetEnvironmentVariable(ConfigLoader.PathVariable);
        return ConfigFiles.Listed(variable) is { Length: > 0 } paths ? Load(paths) : throw ConfigFiles.NoneListed(variable);
    }

    /// <summary>Reads files and merges them left to right, without any schema: local ones, and objects of the stores that <see cref="ConfigStores"/> knows.</summary>
    /// <exception cref="ConfigException">A file cannot be read or is no TOML, or they hold nothing; lists all problems.</exception>
    public static MergedConfig Load(IEnumerable<string> paths)
    {
        var problems = new List<ConfigProblem>();
        var layers = ConfigFiles.Read(paths, problems);
        foreach (var layer in layers)
            problems.AddRange(layer.Document.Errors.Select(error => ConfigProblem.FromSyntax(error, layer.Document.Path ?? layer.Name)));
        if (problems.Count > 0) throw new ConfigException(problems);
        var merged = Merge(layers);
        return merged.Root.Children.Count > 0 ? merged : throw new ConfigException([new ConfigProblem(ConfigCodes.NoConfig,
            "The config files hold no key at all, so there is no config. Write one, or name other files.", "", layers[0].Name, default)]);
    }
#endif

    /// <summary>The node at a path of keys (undotted, one each); null when there is none.</summary>
    public ConfigNode? Find(params string[] keys)
    {
        var node = (ConfigNode?)Root;
        foreach (var key in keys ?? throw new ArgumentNullException(nameof(keys))) node = node?.Find(key);
        return node;
    }

    /// <summary>The node at a path of keys, for tools that have no schema.</summary>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="ConfigException">There is no such key; the problem (AR4123) says how far the path leads.</exception>
    public ConfigNode Get(params string[] keys)
    {
        if (keys is null || keys.Length == 0) throw new ArgumentException("A path of keys has at least one key.", nameof(keys));
        var node = Root;
        foreach (var key in keys)
        {
            if (node.Find(key) is { } child) node = child;
            else throw new ConfigException([NotFound(node, key, keys)]);
        }
        return node;
    }

    /// <summary>Looks for the node at a path of keys; false also when the path leads through a value.</summary>
    public bool TryGet(IReadOnlyList<string> keys, [NotNullWhen(true)] out ConfigNode? node)
    {
        node = Root;
        foreach (var key in keys ?? throw new ArgumentNullException(nameof(keys))) node = node?.Find(key);
        return node is not null;
    }

    private static ConfigProblem NotFound(ConfigNode node, string key, string[] keys)
    {
        var where = node.Path.Length == 0 ? "the config" : node.IsTable ? "[" + node.Path + "]" : "\"" + node.Path + "\", which is "
            + ConfigText.Describe(node.Value);
        return new ConfigProblem(ConfigCodes.KeyNotFound, "There is no key \"" + key + "\" in " + where + "; asked for was \""
            + string.Join(" -> ", keys) + "\"."
            + (Spelling.DidYouMean(key, node.Children.Select(child => child.Key)) is { Length: > 0 } hint ? hint
            : " Set it in a config file, or correct the path."),
            keys.Aggregate("", ConfigKeys.Join), node.Place.File, node.Place.Span);
    }

    /// <summary>All values with their origins, in document order; tables appear through their keys.</summary>
    public IEnumerable<ConfigNode> Values() => Values(Root);

    /// <summary>The merged config as TOML that Python's <c>toml</c> 0.10.2 and <c>tomllib</c> read back equal; the same bytes on every
    /// machine.</summary>
    /// <exception cref="TomlWriteException">A value has no such form (an array of several types, say); the message names its
    /// key.</exception>
    public string ToToml() => TomlWriter.Write(MapOf(Root), TomlDialect.Portable);

    private static TomlMap MapOf(ConfigNode table)
    {
        var map = new TomlMap();
        foreach (var child in table.Children) map.Add(child.Key, child.IsTable ? MapOf(child) : child.Value);
        return map;
    }

    private static IEnumerable<ConfigNode> Values(ConfigNode table)
    {
        foreach (var child in table.Children)
        {
            if (!child.IsTable) yield return child;
            else
                foreach (var value in Values(child)) yield return value;
        }
    }
}
