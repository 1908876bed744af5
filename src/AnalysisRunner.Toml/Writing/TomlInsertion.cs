using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace AnalysisRunner.Toml;

/// <summary>Finds where a new key goes and how it is written there.</summary>
internal sealed class TomlInsertion
{
    private readonly TomlTree _tree;
    private readonly TomlPlace _place;
    private readonly Func<string, string> _writeKey;
    private readonly string _newline;

    public TomlInsertion(TomlDocument document, TomlPlace place, Func<string, string> writeKey)
    {
        _tree = document.Tree;
        _place = place;
        _writeKey = writeKey;
        var lineFeed = _tree.Source.Text.IndexOf((byte)'\n');
        _newline = lineFeed > 0 && _tree.Source.Bytes[lineFeed - 1] == '\r' ? "\r\n" : "\n";
    }

    public (int Offset, string Text) Plan(IReadOnlyList<string> path, string value)
    {
        var node = _place.Node;
        var inline = _place.Nodes.FindIndex(i => _tree[i].Has(NodeFlags.Inline));
        if (inline >= 0) return InInlineTable(inline, value);

        var section = _place.Nodes.FindLastIndex(i => _tree[i].Has(NodeFlags.Explicit));
        if (node.Has(NodeFlags.Dotted)) return InSection(section, value);

        // A table that is only implied gets its header now; so does one that does not exist, unless a header at the end would miss its element.
        var inElement = _place.Nodes.Any(i => _tree[i].Kind == TomlKind.Array);
        if (!inElement && (node.Has(NodeFlags.Implied) || _place.Missing.Count > 1)) return NewSection(path, value);
        return InSection(section, value);
    }

    private (int Offset, string Text) InInlineTable(int index, string value)
    {
        // A dotted key inside braces is part of the innermost inline table on the path.
        index = _place.Nodes.FindLastIndex(i => _tree[i].Has(NodeFlags.Inline));
        var line = Assignment(index, value);
        ref var table = ref _tree[_place.Nodes[index]];
        if (_tree.Count(_place.Nodes[index]) == 0) return (table.Start + 1, " " + line + (_tree.Source.Bytes[table.Start + 1] == '}' ? " " : ""));
        return (EndOf(LastValue(_place.Nodes[index])), ", " + line);
    }

    private (int Offset, string Text) InSection(int index, string value)
    {
        var section = _place.Nodes[index];
        var line = Assignment(index, value);
        var last = LastValue(section);
        if (last != 0) return AtLineEnd(EndOf(last), IndentOf(_tree.KeySpan(last).Start) + line);
        return section == 0 ? (FirstKeyOffset(), line + _newline) : AtLineEnd(EndOf(section), line);
    }

    private (int Offset, string Text) NewSection(IReadOnlyList<string> path, string value)
    {
        var length = _tree.Source.Length;
        var text = new StringBuilder();
        if (length > _tree.Source.Origin)
        {
            if (_tree.Source.Bytes[length - 1] != '\n') text.Append(_newline);
            text.Append(_newline);
        }

        text.Append('[').Append(string.Join(".", path.Take(path.Count - 1).Select(_writeKey))).Append(']').Append(_newline);
        text.Append(_writeKey(path[path.Count - 1])).Append(" = ").Append(value).Append(_newline);
        return (length, text.ToString());
    }

    /// <summary><c>key = value</c>, the key relative to a table on the path.</summary>
    private string Assignment(int index, string value)
    {
        var keys = _place.Nodes.Skip(index + 1).Select(node => Encoding.UTF8.GetString(_tree.KeyBytes(node).ToArray())).Concat(_place.Missing);
        return string.Join(".", keys.Select(_writeKey)) + " = " + value;
    }

    /// <summary>The last value that stands in a section itself or below its dotted keys; 0 if there is none.</summary>
    private int LastValue(int table)
    {
        var last = 0;
        var pending = new Stack<int>();
        pending.Push(table);
        while (pending.Count > 0)
        {
            for (var i = _tree.First(pending.Pop()); i != 0; i = _tree[i].Next)
            {
                ref var node = ref _tree[i];
                if (node.Has(NodeFlags.Dotted)) pending.Push(i);
                else if (!node.Has(NodeFlags.Explicit | NodeFlags.Implied | NodeFlags.ArrayOfTables) && (last == 0 || node.Start > _tree[last].Start)) last = i;
            }
        }

        return last;
    }

    private int EndOf(int node) => _tree[node].Start + _tree[node].Length;

    /// <summary>Where the first key of a document goes: behind a comment at the top that a blank line parts from what follows.</summary>
    private int FirstKeyOffset()
    {
        var text = _tree.Source.Text;
        var offset = _tree.Source.Origin;
        while (offset < text.Length && text[offset] == '#')
        {
            var end = text.Slice(offset).IndexOf((byte)'\n');
            if (end < 0) return _tree.Source.Origin;
            offset += end + 1;
        }

        return offset < text.Length && text[offset] is (byte)'\n' or (byte)'\r' ? offset : _tree.Source.Origin;
    }

    /// <summary>A new line behind the one where a position is.</summary>
    private (int Offset, string Text) AtLineEnd(int position, string line)
    {
        var rest = _tree.Source.Text.Slice(position).IndexOf((byte)'\n');
        return rest < 0 ? (_tree.Source.Length, _newline + line) : (position + rest + 1, line + _newline);
    }

    private string IndentOf(int key)
    {
        var text = _tree.Source.Text;
        var start = text.Slice(0, key).LastIndexOf((byte)'\n') + 1;
        var end = Math.Max(start, _tree.Source.Origin);
        start = end;
        while (text[end] is (byte)' ' or (byte)'\t') end++;
        return _tree.Source.Decode(start, end - start);
    }
}
