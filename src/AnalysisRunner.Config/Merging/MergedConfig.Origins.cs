using System.Globalization;
#if NET
using System.IO;
#endif
using System.Text;
#if NET
using System.Text.Json;
#endif
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

public sealed partial class MergedConfig
{
    /// <summary>Where a key came from, for people: one line for what set it and one for each value that it replaced. Null when no layer
    /// sets it.</summary>
    public string? Explain(params string[] keys)
    {
        if (Find(keys) is not { } node) return null;
        var text = new StringBuilder();
        text.Append(node.Path).Append(node.IsTable ? " is a table" : " = " + OneLine(node.Value)).Append(", set by ")
            .Append(Describe(node.Place));
        foreach (var replaced in node.Replaced)
            text.Append("\n  replaced ").Append(replaced.Value is { } value ? OneLine(value) : "a table").Append(", set by ")
                .Append(Describe(replaced.Place));
        return text.ToString();
    }

    /// <summary>All values with their origins, for people: a line for each, <c>key = value  # layer (line n)</c>.</summary>
    public string List()
    {
        var text = new StringBuilder();
        foreach (var node in Values())
            text.Append(node.Path).Append(" = ").Append(OneLine(node.Value)).Append("  # ").Append(Describe(node.Place)).Append('\n');
        return text.ToString();
    }

#if NET
    /// <summary>
    /// All values with their origins, for programs: a JSON array of objects with <c>key</c>, <c>value</c> (as TOML), <c>layer</c>,
    /// <c>file</c>, <c>line</c>, <c>column</c>, and <c>replaced</c>, an array of the same without <c>key</c>, the latest first; a replaced table has no
    /// value.
    /// </summary>
    public string ListJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartArray();
            foreach (var node in Values())
            {
                json.WriteStartObject();
                json.WriteString("key", node.Path);
                WriteOrigin(json, node.Value, node.Place);
                json.WriteStartArray("replaced");
                foreach (var replaced in node.Replaced)
                {
                    json.WriteStartObject();
                    WriteOrigin(json, replaced.Value, replaced.Place);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void WriteOrigin(Utf8JsonWriter json, TomlValue? value, ConfigPlace place)
    {
        if (value is { } written) json.WriteString("value", OneLine(written));
        json.WriteString("layer", place.Layer);
        json.WriteString("file", place.File);
        json.WriteNumber("line", place.Span.Line);
        json.WriteNumber("column", place.Span.Column);
    }
#endif

    // As written a value may span lines; the writer puts it on one.
    private static string OneLine(TomlValue value) => TomlWriter.WriteValue(value, TomlDialect.Full);

    private static string Describe(ConfigPlace place) =>
        string.Format(CultureInfo.InvariantCulture, "{0} (line {1})", place.File == place.Layer ? place.Layer : place.Layer + ", "
            + place.File, place.Span.Line);
}
