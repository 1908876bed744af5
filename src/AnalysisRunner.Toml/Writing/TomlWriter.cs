using System;
using System.Collections.Generic;
using System.Text;

namespace AnalysisRunner.Toml;

/// <summary>
/// Writes documents: the same values in the same order give the same bytes everywhere. In each table plain keys come first, then tables, each
/// with a header, in the order of the model. Lines end with <c>\n</c>.
/// </summary>
public sealed class TomlWriter
{
    private readonly StringBuilder _text = new StringBuilder();
    private readonly List<string> _path = new List<string>();
    private readonly ScalarWriter _scalars;
    private int _arrayDepth;

    private TomlWriter(TomlDialect dialect) => _scalars = new ScalarWriter(dialect);

    /// <summary>The document of a map.</summary>
    /// <exception cref="TomlWriteException">A value cannot be written in that dialect; the message names its key.</exception>
    public static string Write(TomlMap root, TomlDialect dialect = TomlDialect.Portable) =>
        WritePlain(TomlModel.Plain(root ?? throw new ArgumentNullException(nameof(root))), dialect);

    /// <summary>The document of a table: its values without comments and without the original layout.</summary>
    /// <exception cref="TomlWriteException">A value cannot be written in that dialect; the message names its key.</exception>
    public static string Write(TomlTable root, TomlDialect dialect = TomlDialect.Portable) => WritePlain(TomlModel.Plain(root), dialect);

    /// <summary>One value as it stands behind an equals sign; maps become inline tables.</summary>
    /// <exception cref="TomlWriteException">The value cannot be written in that dialect.</exception>
    public static string WriteValue(object value, TomlDialect dialect = TomlDialect.Portable)
    {
        var writer = new TomlWriter(dialect);
        writer.Inline(TomlModel.Plain(value));
        return writer._text.ToString();
    }

    /// <summary>A key as it stands in a document: bare if it can be, else in quotes.</summary>
    /// <exception cref="TomlWriteException">The key cannot be written in that dialect.</exception>
    public static string WriteKey(string key, TomlDialect dialect = TomlDialect.Portable) =>
        new ScalarWriter(dialect).Key(key ?? throw new ArgumentNullException(nameof(key)), inHeader: false);

    private static string WritePlain(object root, TomlDialect dialect)
    {
        var writer = new TomlWriter(dialect);
        writer.Table((TomlMap)root);
        return writer._text.ToString();
    }

    /// <summary>An array that is not empty and holds nothing but tables gets a <c>[[header]]</c> for each.</summary>
    private static bool IsArrayOfTables(object value)
    {
        if (value is not List<object> { Count: > 0 } list) return false;
        foreach (var item in list)
        {
            if (item is not TomlMap) return false;
        }

        return true;
    }

    private void Table(TomlMap table)
    {
        foreach (var pair in table)
        {
            if (pair.Value is TomlMap || IsArrayOfTables(pair.Value)) continue;
            Named(pair.Key, () =>
            {
                _text.Append(_scalars.Key(pair.Key, inHeader: false)).Append(" = ");
                Inline(pair.Value);
                _text.Append('\n');
            });
        }

        foreach (var pair in table)
        {
            if (pair.Value is TomlMap child) Named(pair.Key, () => Section(child, "[", "]"));
            else if (IsArrayOfTables(pair.Value)) Named(pair.Key, () => Elements((List<object>)pair.Value));
        }
    }

    private void Elements(List<object> elements)
    {
        foreach (var element in elements) Section((TomlMap)element, "[[", "]]");
    }

    private void Section(TomlMap table, string open, string close)
    {
        // Every table gets a header, also one that only holds others: Python's toml mixes up tables that are merely implied.
        if (_text.Length > 0) _text.Append('\n');
        _text.Append(open);
        for (var i = 0; i < _path.Count; i++)
        {
            if (i > 0) _text.Append('.');
            _text.Append(_scalars.Key(_path[i], inHeader: true));
        }

        _text.Append(close).Append('\n');
        Table(table);
    }

    private void Inline(object value)
    {
        switch (value)
        {
            case List<object> list:
                _scalars.CheckArray(list, _arrayDepth++ > 0);
                _text.Append('[');
                for (var i = 0; i < list.Count; i++)
                {
                    if (i > 0) _text.Append(", ");
                    Inline(list[i]);
                }

                _arrayDepth--;
                _text.Append(']');
                break;
            case TomlMap map:
                InlineTable(map);
                break;
            default:
                _text.Append(_scalars.Value(value));
                break;
        }
    }

    private void InlineTable(TomlMap map)
    {
        _scalars.CheckInlineTable();
        _text.Append('{');
        var separator = " ";
        foreach (var pair in map)
        {
            _text.Append(separator).Append(_scalars.Key(pair.Key, inHeader: false)).Append(" = ");
            Inline(pair.Value);
            separator = ", ";
        }

        _text.Append(map.Count > 0 ? " }" : "}");
    }

    /// <summary>Does something below a key, so that a refusal names the key.</summary>
    private void Named(string key, Action write)
    {
        _path.Add(key);
        try
        {
            write();
        }
        catch (TomlWriteException e) when (!e.Data.Contains("key"))
        {
            var path = string.Join(".", _path);
            var named = new TomlWriteException(e.Code, $"Key {ShownText.Quote(path)} cannot be written. {e.Message}");
            named.Data["key"] = path;
            throw named;
        }

        _path.RemoveAt(_path.Count - 1);
    }
}
