namespace AnalysisRunner.Toml;

/// <summary>A key of a table with its value.</summary>
public readonly struct TomlEntry
{
    private readonly TomlDocument _document;
    private readonly int _node;

    internal TomlEntry(TomlDocument document, int node)
    {
        _document = document;
        _node = node;
    }

    /// <summary>The key, unquoted and with its escapes decoded. Each call makes a new string.</summary>
    public string Key
    {
        get
        {
            var tree = _document.Tree;
            ref var node = ref tree[_node];
            return node.Has(NodeFlags.EscapedKey)
                ? System.Text.Encoding.UTF8.GetString(tree.KeyBytes(_node).ToArray())
                : tree.Source.Decode(node.KeyStart, node.KeyLength);
        }
    }

    /// <summary>Where the key stands, quotes included. Of a dotted key, the last part.</summary>
    public TomlSpan KeySpan => _document.Tree.KeySpan(_node);

    /// <summary>The value.</summary>
    public TomlValue Value => new TomlValue(_document, _node);
}
