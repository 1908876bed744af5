using System;
using System.Collections.Generic;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>Where something in config stands.</summary>
/// <param name="Layer">The name of the layer.</param>
/// <param name="File">The path of the file, or the name of the layer when it is no file.</param>
/// <param name="Span">The position of the key (of the value, for items).</param>
public readonly record struct ConfigPlace(string Layer, string File, TomlSpan Span);

/// <summary>A value that a later layer replaced.</summary>
/// <param name="Place">Where it was set.</param>
/// <param name="Value">The value; null for a table.</param>
public sealed record ReplacedValue(ConfigPlace Place, TomlValue? Value)
{
    /// <summary>The value as written; empty for a table.</summary>
    public string Text => Value?.RawText ?? "";
}

/// <summary>One key of a merged config: a table of further keys, or a value; and where it came from.</summary>
public sealed class ConfigNode
{
    private readonly Dictionary<string, ConfigNode>? _byKey;
    private readonly List<ConfigNode>? _children;
    private readonly ConfigNode? _parent;
    private readonly TomlValue _value;
    private IReadOnlyList<ReplacedValue> _replaced = [];
    private int _index;
    private string? _path;

    private ConfigNode(string key, ConfigNode? parent, ConfigPlace place)
    {
        (Key, _parent, Place) = (key, parent, place);
        _byKey = new Dictionary<string, ConfigNode>(StringComparer.Ordinal);
        _children = [];
    }

    private ConfigNode(string key, ConfigNode parent, ConfigPlace place, TomlValue value) =>
        (Key, _parent, Place, _value) = (key, parent, place, value);

    /// <summary>The key in its table; empty for the root.</summary>
    public string Key { get; }

    /// <summary>The dotted key from the top.</summary>
    public string Path => _path ??= _parent is null ? "" : ConfigKeys.Join(_parent.Path, Key);

    /// <summary>The last layer that set it (for a table: the last that has it), and where.</summary>
    public ConfigPlace Place { get; private set; }

    /// <summary>Whether it is a table of further keys.</summary>
    public bool IsTable => _byKey is not null;

    /// <summary>The keys of a table, in the order in which they first appeared; empty for a value.</summary>
    public IReadOnlyList<ConfigNode> Children => _children ?? (IReadOnlyList<ConfigNode>)[];

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">This is a table.</exception>
    public TomlValue Value => IsTable ? throw new InvalidOperationException("\"" + Path + "\" is a table.") : _value;

    /// <summary>What it replaced, the latest first; empty when nothing.</summary>
    public IReadOnlyList<ReplacedValue> Replaced => _replaced;

    /// <summary>A key of this table; null when there is none, or when this is a value.</summary>
    public ConfigNode? Find(string key) => _byKey is not null && _byKey.TryGetValue(key, out var child) ? child : null;

    internal static ConfigNode NewRoot() => new("", null, new ConfigPlace("", "", default));

    /// <summary>A table that stands alone, such as an item of an array or a default.</summary>
    internal static ConfigNode FromTable(TomlTable table, string path)
    {
        var node = new ConfigNode("", null, default) { _path = path };
        node.Merge(table, "", "");
        return node;
    }

    /// <summary>Lays a table over this one: tables merge, everything else is replaced.</summary>
    internal void Merge(TomlTable table, string layer, string file)
    {
        foreach (var entry in table)
        {
            var key = entry.Key;
            var place = new ConfigPlace(layer, file, entry.KeySpan);
            var old = Find(key);
            if (entry.Value.Kind == TomlKind.Table && old is { IsTable: true })
            {
                old.Place = place;
                old.Merge(entry.Value.AsTable(), layer, file);
                continue;
            }
            ConfigNode fresh;
            if (entry.Value.Kind == TomlKind.Table)
            {
                fresh = new ConfigNode(key, this, place);
                fresh.Merge(entry.Value.AsTable(), layer, file);
            }
            else
            {
                fresh = new ConfigNode(key, this, place, entry.Value);
            }
            if (old is null)
            {
                fresh._index = _children!.Count;
                _children.Add(fresh);
            }
            else
            {
                fresh._replaced = [new ReplacedValue(old.Place, old.IsTable ? null : old._value), .. old._replaced];
                fresh._index = old._index;
                _children![fresh._index] = fresh;
            }
            _byKey![key] = fresh;
        }
    }
}
