using System.Diagnostics.CodeAnalysis;
using AnalysisRunner.Config;
using AnalysisRunner.Pipelines.Configuration;

namespace AnalysisRunner.Pipelines;

/// <summary>
/// The config of this run by keys, without a schema: for tools that cannot know it beforehand, and for the paths of datasets. Where a schema declares a
/// key, use the class that it generates. Immutable (analysis-runner spec §5.1).
/// </summary>
/// <remarks>
/// A path of keys is one argument for each table on the way: <c>Get&lt;string&gt;("workflow", "dataset")</c>. The types that values can be read as are
/// <see cref="string"/>, <see cref="bool"/>, <see cref="int"/>, <see cref="long"/>, <see cref="double"/>, <see cref="DateTimeOffset"/>,
/// <see cref="DateOnly"/>, <see cref="TimeOnly"/>, <see cref="TimeSpan"/> (a string such as <c>1h30m</c>), their nullable forms, lists of strings,
/// integers or numbers (<c>IReadOnlyList&lt;string&gt;</c>), and <see cref="ConfigNode"/> for anything.
/// </remarks>
public sealed partial class AnalysisConfig : IAnalysisConfig
{
    private AnalysisConfig(MergedConfig merged) => Merged = merged;

    /// <summary>A config without keys, of which every <c>Get</c> with a fallback gives the fallback.</summary>
    public static AnalysisConfig Empty { get; } = new(MergedConfig.Merge());

    /// <summary>The same config by keys: of a generated class, all that its files hold, not only what its schema declares.</summary>
    /// <param name="config">A config by keys or a generated class.</param>
    public static AnalysisConfig Of(IAnalysisConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config as AnalysisConfig ?? new AnalysisConfig(config.Merged);
    }

    /// <summary>The merged layers with the origin of each key.</summary>
    public MergedConfig Merged { get; }

    /// <summary>Loads the files of <c>CPG_CONFIG_PATH</c>, a comma-separated list, merged left to right.</summary>
    /// <exception cref="ConfigException">The variable is not set, a file cannot be read or is no TOML, or they hold nothing; lists all
    /// problems.</exception>
    public static AnalysisConfig Load() => new(MergedConfig.Load());

    /// <summary>Loads files, merged left to right: local ones, and <c>gs://</c> or <c>s3://</c> where the program has the package of that store.</summary>
    /// <exception cref="ConfigException">A file cannot be read or is no TOML, or they hold nothing; lists all problems.</exception>
    public static AnalysisConfig Load(params IEnumerable<string> paths) => new(MergedConfig.Load(paths));

    /// <summary>Reads config from text.</summary>
    /// <param name="toml">The text.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="ConfigException">The text is no TOML; lists all problems.</exception>
    public static AnalysisConfig Parse(string toml, string name = "config.toml")
    {
        var layer = ConfigLayer.FromServer(name, toml);
        if (layer.Document.HasErrors)
            throw new ConfigException([.. layer.Document.Errors.Select(error => ConfigProblem.FromSyntax(error, name))]);
        return new(MergedConfig.Merge(layer));
    }

    /// <summary>The value of a key.</summary>
    /// <typeparam name="T">One of the types that the class lists.</typeparam>
    /// <param name="keys">The path, at least one key.</param>
    /// <exception cref="ConfigException"><c>AR4123</c>: there is no such key, or the path leads through a value; <c>AR4103</c>, <c>AR4104</c>,
    /// <c>AR4110</c>: the value cannot be read as this type.</exception>
    public T Get<T>(params string[] keys) => NodeConversion.To<T>(Merged.Get(keys));

    /// <summary>The value of a key, or <paramref name="fallback"/> where there is no such key or the path leads through a value.</summary>
    /// <typeparam name="T">One of the types that the class lists.</typeparam>
    /// <param name="keys">The path, at least one key.</param>
    /// <param name="fallback">What holds otherwise; null is a value like any other.</param>
    /// <exception cref="ConfigException">The key is set, but its value cannot be read as this type: a mistake, not an absence.</exception>
    public T Get<T>(IReadOnlyList<string> keys, T fallback) => TryGet<T>(keys, out var value) ? value : fallback;

    /// <summary>Reads the value of a key; false where there is no such key or the path leads through a value.</summary>
    /// <typeparam name="T">One of the types that the class lists.</typeparam>
    /// <param name="keys">The path, at least one key.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ConfigException">The key is set, but its value cannot be read as this type: a mistake, not an absence.</exception>
    public bool TryGet<T>(IReadOnlyList<string> keys, [MaybeNullWhen(false)] out T value)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count == 0) throw new ArgumentException("A path of keys has at least one key.", nameof(keys));
        NodeConversion.EnsureKnown<T>();
        var found = Merged.TryGet(keys, out var node);
        value = found ? NodeConversion.To<T>(node!) : default;
        return found;
    }

    /// <summary>Where the value of a key came from, for people: what set it, and what it replaced. Null when nothing sets it.</summary>
    public string? Explain(params string[] keys) => Merged.Explain(keys);
}
