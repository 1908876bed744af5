using System;
using System.Buffers;
using System.Collections;
using System.Collections.Generic;

namespace AnalysisRunner.Toml;

/// <summary>A view of a table: its entries in document order. The default value is an empty table of no document.</summary>
public readonly struct TomlTable : IEnumerable<TomlEntry>
{
    private const int StackBytes = 384;

    private readonly TomlDocument? _document;
    private readonly int _node;

    internal TomlTable(TomlDocument document, int node)
    {
        _document = document;
        _node = node;
    }

    /// <summary>How many keys the table has.</summary>
    public int Count => _document is null ? 0 : _document.Tree.Count(_node);

    /// <summary>
    /// The header of a table that has one, the braces of an inline table, the key that implied any other; empty at the start for the root.
    /// </summary>
    public TomlSpan Span
    {
        get
        {
            if (_document is null) return default;
            ref var node = ref _document.Tree[_node];
            return _document.Tree.Source.Span(node.Start, node.Length);
        }
    }

    /// <summary>Whether the table is written in braces.</summary>
    public bool IsInline => _document is not null && _document.Tree[_node].Has(NodeFlags.Inline);

    /// <summary>Looks a key up, without allocating.</summary>
    public bool TryGet(string key, out TomlValue value) => TryGet((key ?? throw new ArgumentNullException(nameof(key))).AsSpan(), out value);

    /// <summary>Looks a key up, without allocating.</summary>
    public bool TryGet(ReadOnlySpan<char> key, out TomlValue value)
    {
        var found = Find(key);
        value = found == 0 ? default : new TomlValue(_document!, found);
        return found != 0;
    }

    /// <summary>Looks a key up with the place where it stands.</summary>
    public bool TryGetEntry(string key, out TomlEntry entry)
    {
        var found = Find((key ?? throw new ArgumentNullException(nameof(key))).AsSpan());
        entry = found == 0 ? default : new TomlEntry(_document!, found);
        return found != 0;
    }

    /// <summary>The entries in document order.</summary>
    public Enumerator GetEnumerator() => new Enumerator(_document, _node);

    IEnumerator<TomlEntry> IEnumerable<TomlEntry>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int Find(ReadOnlySpan<char> key)
    {
        if (_document is null) return 0;
        if (key.Length > StackBytes / 3) return FindLong(key);
        Span<byte> bytes = stackalloc byte[StackBytes];
        return _document.Tree.Find(_node, bytes.Slice(0, Utf16.Encode(key, bytes)));
    }

    private int FindLong(ReadOnlySpan<char> key)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(key.Length * 3);
        try
        {
            return _document!.Tree.Find(_node, bytes.AsSpan(0, Utf16.Encode(key, bytes)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Walks the entries of a table.</summary>
    public struct Enumerator : IEnumerator<TomlEntry>
    {
        private readonly TomlDocument? _document;
        private readonly int _table;
        private int _node;
        private bool _started;

        internal Enumerator(TomlDocument? document, int table)
        {
            _document = document;
            _table = table;
            _node = 0;
            _started = false;
        }

        /// <inheritdoc/>
        public readonly TomlEntry Current => new TomlEntry(_document!, _node);

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext()
        {
            if (_document is null || (_started && _node == 0)) return false;
            var tree = _document.Tree;
            _node = _started ? tree[_node].Next : tree.First(_table);
            _started = true;
            return _node != 0;
        }

        /// <inheritdoc/>
        public void Reset()
        {
            _node = 0;
            _started = false;
        }

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }
}
