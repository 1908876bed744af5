using System.Collections.Generic;
using System.Globalization;

namespace AnalysisRunner.Toml;

/// <summary>Where a path ends in a document: at a value, or at the last table that exists on the way.</summary>
internal sealed class TomlPlace
{
    private TomlPlace(TomlDocument document) => Tree = document.Tree;

    public TomlTree Tree { get; }

    /// <summary>The nodes from the root to the value, or to the last table.</summary>
    public List<int> Nodes { get; } = new List<int> { 0 };

    /// <summary>The keys that do not exist.</summary>
    public List<string> Missing { get; } = new List<string>();

    /// <summary>The key of a value on the way that has no keys, if there is one.</summary>
    public string? Blocked { get; private set; }

    public int Last => Nodes[Nodes.Count - 1];

    public ref TomlNode Node => ref Tree[Last];

    public TomlSpan Span => Tree.Source.Span(Node.Start, Node.Length);

    /// <summary>Whether the value is one stretch of text: not a table or array that is made of headers or dotted keys.</summary>
    public bool HasOwnText => Last != 0 && (Node.Kind switch
    {
        TomlKind.Table => Node.Has(NodeFlags.Inline),
        TomlKind.Array => !Node.Has(NodeFlags.ArrayOfTables),
        _ => true,
    });

    /// <summary>Whether the value has a key, and is not an element of an array.</summary>
    public bool HasKey => Nodes.Count > 1 && Tree[Nodes[Nodes.Count - 2]].Kind == TomlKind.Table;

    public static TomlPlace Find(TomlDocument document, IReadOnlyList<string> path)
    {
        var place = new TomlPlace(document);
        for (var i = 0; i < path.Count; i++)
        {
            if (place.Node.Kind is not (TomlKind.Table or TomlKind.Array))
            {
                place.Blocked = path[i - 1];
                return place;
            }

            var next = place.Child(path[i]);
            if (next == 0)
            {
                if (place.Node.Kind == TomlKind.Array) place.Blocked = path[i - 1];
                for (; i < path.Count; i++) place.Missing.Add(path[i]);
                return place;
            }

            place.Nodes.Add(next);
        }

        return place;
    }

    private int Child(string key)
    {
        if (Node.Kind == TomlKind.Table) return Tree.Find(Last, Utf16.ToUtf8(key));
        if (!int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= Tree.Count(Last)) return 0;
        var child = Tree.First(Last);
        for (var i = 0; i < index; i++) child = Tree[child].Next;
        return child;
    }
}
