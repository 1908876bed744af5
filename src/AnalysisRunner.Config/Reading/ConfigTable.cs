using System.Collections.Generic;

namespace AnalysisRunner.Config;

/// <summary>
/// A table of config that was found valid, with the defaults of its schema: what generated code reads from. Keys that the schema does not
/// declare are not visible.
/// </summary>
public sealed class ConfigTable
{
    private readonly SchemaSection _schema;
    private readonly ConfigNode? _node;

    internal ConfigTable(SchemaSection schema, ConfigNode? node, ConfigSource? source = null)
    {
        _schema = schema;
        _node = node;
        Source = source ?? ConfigSource.None;
    }

    /// <summary>What it was read from, when it is the whole config.</summary>
    public ConfigSource Source { get; }

    /// <summary>The value of a key that is required or has a default.</summary>
    /// <exception cref="KeyNotFoundException">There is no value: the schema that was judged is not the one that the code was generated
    /// from.</exception>
    public ConfigValue this[string key] => Find(key) ?? throw new KeyNotFoundException(
        "\"" + ConfigKeys.Join(_schema.Path, key) + "\" has no value. Rebuild: the generated code is older than its schema.");

    /// <summary>The value of a key, or its default; null when it has neither.</summary>
    public ConfigValue? Find(string key)
    {
        if (_schema.Find(key) is not SchemaValue schema) return null;
        if (_node?.Find(key) is { } node) return new ConfigValue(schema, node);
        return schema.Default is { } value ? new ConfigValue(schema, value) : null;
    }

    /// <summary>A section, which may be absent: then its keys have their defaults.</summary>
    public ConfigTable Section(string key) => new(SchemaOf(key), _node?.Find(key));

    /// <summary>A section that is optional; null when it is absent.</summary>
    public ConfigTable? FindSection(string key) => _node?.Find(key) is { } node ? new ConfigTable(SchemaOf(key), node) : null;

    private SchemaSection SchemaOf(string key) => _schema.Find(key) as SchemaSection ?? throw new KeyNotFoundException(
        "\"" + ConfigKeys.Join(_schema.Path, key) + "\" is no section. Rebuild: the generated code is older than its schema.");
}
