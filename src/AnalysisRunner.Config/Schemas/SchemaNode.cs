using System;
using System.Collections.Generic;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>Something that a schema declares: a section or a value.</summary>
public abstract class SchemaNode
{
    /// <summary>The key in its section; empty for the root.</summary>
    public string Key { get; init; } = "";

    /// <summary>The dotted key from the top of the config, such as <c>hello.repeat</c>.</summary>
    public string Path { get; init; } = "";

    /// <summary>What it means, for people; null when the schema says nothing.</summary>
    public string? Description { get; init; }

    /// <summary>Null unless deprecated; else the reason, which may be empty.</summary>
    public string? Deprecation { get; init; }

    /// <summary>Whether it may be left out although it has no default.</summary>
    public bool Optional { get; init; }

    /// <summary>Whether the server writes it, so that a build never misses it.</summary>
    public bool SuppliedByServer { get; init; }

    /// <summary>The schema file that declares it.</summary>
    public string File { get; init; } = "";

    /// <summary>Where its key stands in that file.</summary>
    public TomlSpan Span { get; init; }
}

/// <summary>A table of keys, each declared by itself.</summary>
public sealed class SchemaSection : SchemaNode
{
    private readonly Dictionary<string, SchemaNode> _byKey = new(StringComparer.Ordinal);
    private readonly List<SchemaNode> _children = [];

    /// <summary>What it declares, in the order of the file.</summary>
    public IReadOnlyList<SchemaNode> Children => _children;

    /// <summary>Whether other keys than the declared ones are allowed (sections with one key per image, reference or dataset).</summary>
    public bool IsOpen { get; init; }

    /// <summary>What is declared for a key; null for an unknown key.</summary>
    public SchemaNode? Find(string key) => _byKey.TryGetValue(key, out var child) ? child : null;

    /// <summary>The declared keys, for suggestions.</summary>
    internal IEnumerable<string> Keys => _byKey.Keys;

    internal void Add(SchemaNode child)
    {
        _byKey.Add(child.Key, child);
        _children.Add(child);
    }

    /// <summary>
    /// What two declarations of one section say together, without their keys: the start of a merge. It is optional only if both say so,
    /// since
    /// the code of one of them counts on it otherwise.
    /// </summary>
    internal SchemaSection With(SchemaSection other) => new()
    {
        Key = Key,
        Path = Path,
        Description = Description ?? other.Description,
        Deprecation = Deprecation ?? other.Deprecation,
        Optional = Optional && other.Optional,
        SuppliedByServer = SuppliedByServer,
        File = File,
        Span = Span,
        IsOpen = IsOpen,
    };
}
