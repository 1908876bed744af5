using System;
using System.Collections;
using System.Collections.Generic;

namespace AnalysisRunner.Toml;

/// <summary>A view of an array, an array of tables included. The default value is an empty array of no document.</summary>
public readonly struct TomlArray : IEnumerable<TomlValue>
{
    private readonly TomlDocument? _document;
    private readonly int _node;

    internal TomlArray(TomlDocument document, int node)
    {
        _document = document;
        _node = node;
    }

    /// <summary>How many elements the array has.</summary>
    public int Count => _document is null ? 0 : _document.Tree.Count(_node);

    /// <summary>The brackets with what is between them; of an array of tables, the first header.</summary>
    public TomlSpan Span
    {
        get
        {
            if (_document is null) return default;
            ref var node = ref _document.Tree[_node];
            return _document.Tree.Source.Span(node.Start, node.Length);
        }
    }

    /// <summary>Whether the array is written as <c>[[headers]]</c>.</summary>
    public bool IsArrayOfTables => _document is not null && _document.Tree[_node].Has(NodeFlags.ArrayOfTables);

    /// <summary>An element by its zero-based index, found by walking from the first: enumerate to visit all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    public TomlValue this[int index]
    {
        get
        {
            if (index < 0 || index >= Count) throw new ArgumentOutOfRangeException(nameof(index));
            var tree = _document!.Tree;
            var node = tree.First(_node);
            for (var i = 0; i < index; i++) node = tree[node].Next;
            return new TomlValue(_document, node);
        }
    }

    /// <summary>The elements in document order.</summary>
    public Enumerator GetEnumerator() => new Enumerator(_document, _node);

    IEnumerator<TomlValue> IEnumerable<TomlValue>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Walks the elements of an array.</summary>
    public struct Enumerator : IEnumerator<TomlValue>
    {
        private readonly TomlDocument? _document;
        private readonly int _array;
        private int _node;
        private bool _started;

        internal Enumerator(TomlDocument? document, int array)
        {
            _document = document;
            _array = array;
            _node = 0;
            _started = false;
        }

        /// <inheritdoc/>
        public readonly TomlValue Current => new TomlValue(_document!, _node);

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext()
        {
            if (_document is null || (_started && _node == 0)) return false;
            var tree = _document.Tree;
            _node = _started ? tree[_node].Next : tree.First(_array);
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
