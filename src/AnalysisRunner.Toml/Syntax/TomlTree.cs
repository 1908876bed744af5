using System;
using System.Collections.Generic;

namespace AnalysisRunner.Toml;

/// <summary>The nodes of a document in one flat list; node 0 is the root table.</summary>
internal sealed class TomlTree
{
    /// <summary>Up to this many keys, comparing bytes one after the other beats a hash.</summary>
    private const int LinearKeys = 16;

    private readonly byte[] _bytes;
    private ChunkedList<TomlNode> _nodes;
    private ChunkedList<TomlChildren> _children;
    private List<EscapedKey>? _escapedKeys;
    private KeyIndex? _index;

    public TomlTree(TomlSource source)
    {
        Source = source;
        _bytes = source.Bytes;
        // A line of a usual config has 30 bytes or more, and a table some ten lines.
        _nodes = new ChunkedList<TomlNode>(source.Length / 32);
        _children = new ChunkedList<TomlChildren>(source.Length / 256);
        _nodes.Add(new TomlNode { Kind = TomlKind.Table, Start = source.Origin, Flags = NodeFlags.Explicit });
        _children.Add(default);
    }

    public TomlSource Source { get; }

    public ref TomlNode this[int node] => ref _nodes[node];

    /// <summary>Gives borrowed memory back. Nothing may use the tree afterwards.</summary>
    public void Return()
    {
        _nodes.Return();
        _children.Return();
    }

    /// <summary>Adds a node that no table or array holds yet.</summary>
    public int Add(in TomlNode node) => _nodes.Add(node);

    public int First(int parent) => _children[_nodes[parent].Children].First;

    public int Last(int parent) => _children[_nodes[parent].Children].Last;

    public int Count(int parent) => _children[_nodes[parent].Children].Count;

    /// <summary>Makes <paramref name="child"/> the last one of a table or array.</summary>
    public void Append(int parent, int child)
    {
        ref var node = ref _nodes[parent];
        if (node.Children == 0)
        {
            var shapes = node.Kind == TomlKind.Table ? Shape(KeyBytes(child)) : 0;
            node.Children = _children.Add(new TomlChildren { First = child, Last = child, Count = 1, Shapes = shapes });
            return;
        }

        ref var children = ref _children[node.Children];
        _nodes[children.Last].Next = child;
        children.Last = child;
        children.Count++;
        if (node.Kind != TomlKind.Table) return;
        children.Shapes |= Shape(KeyBytes(child));
        if (children.Count > LinearKeys) Index(parent, child);
    }

    /// <summary>The node of a key in a table, or 0.</summary>
    public int Find(int table, ReadOnlySpan<byte> key)
    {
        ref var node = ref _nodes[table];
        ref var children = ref _children[node.Children];
        if ((children.Shapes & Shape(key)) == 0) return 0;
        if (node.Has(NodeFlags.Indexed)) return _index!.Find(this, KeyIndex.Hash(table, key), table, key);
        for (var i = children.First; i != 0;)
        {
            ref var child = ref _nodes[i];
            if (child.KeyLength == (ushort)key.Length && KeyBytes(child).SequenceEqual(key)) return i;
            i = child.Next;
        }

        return 0;
    }

    /// <summary>The content of a node's key, escapes decoded.</summary>
    public ReadOnlySpan<byte> KeyBytes(int node) => KeyBytes(_nodes[node]);

    /// <summary>Where a node's key stands, quotes included.</summary>
    public TomlSpan KeySpan(int index)
    {
        ref var node = ref _nodes[index];
        if (node.Has(NodeFlags.EscapedKey))
        {
            var key = _escapedKeys![node.KeyStart];
            return Source.Span(key.Start, key.Length);
        }

        var quote = node.Has(NodeFlags.QuotedKey) ? 1 : 0;
        return Source.Span(node.KeyStart - quote, node.KeyLength + (2 * quote));
    }

    /// <summary>Keeps a decoded key and gives its number.</summary>
    public int AddEscapedKey(byte[] content, int start, int length)
    {
        _escapedKeys ??= new List<EscapedKey>();
        _escapedKeys.Add(new EscapedKey(content, start, length));
        return _escapedKeys.Count - 1;
    }

    public ReadOnlySpan<byte> EscapedKeyContent(int number) => _escapedKeys![number].Content;

    private ReadOnlySpan<byte> KeyBytes(in TomlNode node) => node.Has(NodeFlags.EscapedKey)
        ? _escapedKeys![node.KeyStart].Content
        : new ReadOnlySpan<byte>(_bytes, node.KeyStart, node.KeyLength);

    private static ulong Shape(ReadOnlySpan<byte> key)
    {
        if (key.Length == 0) return 1;
        var shape = (key.Length * 5) + (key[0] * 7) + (key[key.Length / 2] * 11) + key[key.Length - 1];
        return 1UL << (shape & 63);
    }

    private void Index(int table, int child)
    {
        ref var node = ref _nodes[table];
        if (node.Has(NodeFlags.Indexed))
        {
            _index!.Add(KeyIndex.Hash(table, KeyBytes(child)), table, child);
            return;
        }

        node.Flags |= NodeFlags.Indexed;
        _index ??= new KeyIndex();
        for (var i = First(table); i != 0; i = _nodes[i].Next) _index.Add(KeyIndex.Hash(table, KeyBytes(i)), table, i);
    }

    private readonly struct EscapedKey
    {
        public EscapedKey(byte[] content, int start, int length)
        {
            Content = content;
            Start = start;
            Length = length;
        }

        public byte[] Content { get; }

        public int Start { get; }

        public int Length { get; }
    }
}
