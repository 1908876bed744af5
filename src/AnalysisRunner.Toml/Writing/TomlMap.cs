using System;
using System.Collections;
using System.Collections.Generic;

namespace AnalysisRunner.Toml;

/// <summary>
/// A table to be written: keys in the order in which they were added. Values are strings, booleans, integers of any size that fits in 64 bits,
/// <see cref="double"/> and <see cref="float"/>, the four TOML date-time types, <see cref="DateTimeOffset"/>, other maps, sequences of all these,
/// and <see cref="TomlValue"/>, <see cref="TomlTable"/> and <see cref="TomlArray"/> of a document.
/// </summary>
public sealed class TomlMap : IEnumerable<KeyValuePair<string, object>>
{
    private readonly List<string> _keys = new List<string>();
    private readonly Dictionary<string, object> _values = new Dictionary<string, object>(StringComparer.Ordinal);

    /// <summary>How many keys there are.</summary>
    public int Count => _keys.Count;

    /// <summary>The value of a key; setting replaces it in its place or adds it at the end.</summary>
    /// <exception cref="KeyNotFoundException">There is no such key to get.</exception>
    public object this[string key]
    {
        get => _values[key];
        set
        {
            if (!_values.ContainsKey(key)) _keys.Add(key);
            _values[key] = value ?? throw new ArgumentNullException(nameof(value));
        }
    }

    /// <summary>A copy of a table of a document that can be changed; tables below it are maps too.</summary>
    public static TomlMap From(TomlTable table) => (TomlMap)TomlModel.Plain(table);

    /// <summary>Adds a key at the end.</summary>
    /// <exception cref="ArgumentException">The key is there already.</exception>
    public void Add(string key, object value)
    {
        _values.Add(key, value ?? throw new ArgumentNullException(nameof(value)));
        _keys.Add(key);
    }

    /// <summary>Gets the value of a key if it is there.</summary>
    public bool TryGet(string key, out object? value) => _values.TryGetValue(key, out value);

    /// <summary>Removes a key; false if it was not there.</summary>
    public bool Remove(string key) => _values.Remove(key) && _keys.Remove(key);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object>> GetEnumerator()
    {
        foreach (var key in _keys) yield return new KeyValuePair<string, object>(key, _values[key]);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
