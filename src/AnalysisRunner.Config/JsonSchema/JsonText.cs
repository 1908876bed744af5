using System.Globalization;
using System.Text;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>Writes JSON, indented and the same on every machine. By hand, because the compiler's own process has no JSON library for us.</summary>
internal sealed class JsonText
{
    private readonly StringBuilder _text = new();
    private int _depth;
    private bool _isFirst = true;

    public override string ToString() => _text + "\n";

    internal JsonText Name(string name)
    {
        NewItem();
        Quote(name);
        _text.Append(": ");
        return this;
    }

    internal void Open(char bracket)
    {
        _text.Append(bracket);
        _depth++;
        _isFirst = true;
    }

    internal void Close(char bracket)
    {
        _depth--;
        if (!_isFirst) NewLine();
        _isFirst = false;
        _text.Append(bracket);
    }

    /// <summary>Starts an item of an array.</summary>
    internal JsonText NewItem()
    {
        if (!_isFirst) _text.Append(',');
        _isFirst = false;
        NewLine();
        return this;
    }

    internal void Value(string text) => Quote(text);

    internal void Value(bool value) => _text.Append(value ? "true" : "false");

    internal void Value(long value) => _text.Append(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A value as TOML editors hand it to JSON Schema: dates and times are text in RFC 3339's form.</summary>
    internal void Value(TomlValue value)
    {
        switch (value.Kind)
        {
            case TomlKind.String:
                Quote(value.AsString());
                break;
            case TomlKind.Boolean:
                Value(value.AsBoolean());
                break;
            case TomlKind.Integer:
                Value(value.AsInteger());
                break;
            case TomlKind.Float:
                _text.Append(IsFinite(value) ? Numbers.Text(value) : "null");
                break;
            case TomlKind.Array:
                Open('[');
                foreach (var item in value.AsArray()) NewItem().Value(item);
                Close(']');
                break;
            case TomlKind.Table:
                Open('{');
                foreach (var entry in value.AsTable()) Name(entry.Key).Value(entry.Value);
                Close('}');
                break;
            default:
                Quote(ValueRules.Canonical(value));
                break;
        }
    }

    /// <summary>Whether JSON can hold a number.</summary>
    internal static bool IsFinite(TomlValue value) =>
        value.Kind != TomlKind.Float || !(double.IsNaN(value.AsFloat()) || double.IsInfinity(value.AsFloat()));

    private void NewLine() => _text.Append('\n').Append(' ', _depth * 2);

    private void Quote(string text)
    {
        _text.Append('"');
        foreach (var c in text)
        {
            if (c is '"' or '\\') _text.Append('\\').Append(c);
            else if (c == '\n') _text.Append("\\n");
            else if (c == '\t') _text.Append("\\t");
            else if (char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029')
                _text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else _text.Append(c);
        }
        _text.Append('"');
    }
}
