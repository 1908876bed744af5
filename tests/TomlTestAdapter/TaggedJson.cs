using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AnalysisRunner.Toml.TestAdapter;

/// <summary>toml-test's tagged JSON: a value is <c>{"type": …, "value": "…"}</c>, a table an object, an array an array.</summary>
public static class TaggedJson
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 2000 };

    /// <summary>The JSON of a table, in UTF-8.</summary>
    public static byte[] Write(TomlTable table)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented)) Write(writer, table);
        return stream.ToArray();
    }

    /// <summary>The table of a JSON text.</summary>
    /// <exception cref="FormatException">A tag or value is not one of toml-test's.</exception>
    public static TomlMap Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 2000 });
        return Value(document.RootElement) as TomlMap ?? throw new FormatException("The top level must be a table.");
    }

    private static void Write(Utf8JsonWriter writer, TomlTable table)
    {
        writer.WriteStartObject();
        foreach (var entry in table)
        {
            writer.WritePropertyName(entry.Key);
            Write(writer, entry.Value);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, TomlValue value)
    {
        switch (value.Kind)
        {
            case TomlKind.Table:
                Write(writer, value.AsTable());
                return;
            case TomlKind.Array:
                writer.WriteStartArray();
                foreach (var element in value.AsArray()) Write(writer, element);
                writer.WriteEndArray();
                return;
        }

        var (type, text) = value.Kind switch
        {
            TomlKind.String => ("string", value.AsString()),
            TomlKind.Integer => ("integer", value.AsInteger().ToString(CultureInfo.InvariantCulture)),
            TomlKind.Float => ("float", Float(value.AsFloat())),
            TomlKind.Boolean => ("bool", value.AsBoolean() ? "true" : "false"),
            TomlKind.OffsetDateTime => ("datetime", value.AsOffsetDateTime().ToString()),
            TomlKind.LocalDateTime => ("datetime-local", value.AsLocalDateTime().ToString()),
            TomlKind.LocalDate => ("date-local", value.AsLocalDate().ToString()),
            _ => ("time-local", value.AsLocalTime().ToString()),
        };
        writer.WriteStartObject();
        writer.WriteString("type", type);
        writer.WriteString("value", text);
        writer.WriteEndObject();
    }

    private static string Float(double value) => value switch
    {
        double.PositiveInfinity => "inf",
        double.NegativeInfinity => "-inf",
        double.NaN => "nan",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static object Value(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            var list = new List<object>();
            foreach (var item in element.EnumerateArray()) list.Add(Value(item));
            return list;
        }

        if (element.ValueKind != JsonValueKind.Object) throw new FormatException($"Found '{element}' where an object or array was expected.");
        if (IsTagged(element, out var type, out var text)) return Scalar(type, text);
        var map = new TomlMap();
        foreach (var property in element.EnumerateObject()) map[property.Name] = Value(property.Value);
        return map;
    }

    private static bool IsTagged(JsonElement element, out string type, out string text)
    {
        type = text = "";
        if (element.GetPropertyCount() != 2 || !element.TryGetProperty("type", out var tag) || !element.TryGetProperty("value", out var value)) return false;
        if (tag.ValueKind != JsonValueKind.String || value.ValueKind != JsonValueKind.String) return false;
        type = tag.GetString()!;
        text = value.GetString()!;
        return true;
    }

    private static object Scalar(string type, string text) => type switch
    {
        "string" => text,
        "integer" => long.Parse(text, CultureInfo.InvariantCulture),
        "float" => text.TrimStart('+').ToUpperInvariant() switch
        {
            "INF" => double.PositiveInfinity,
            "-INF" => double.NegativeInfinity,
            "NAN" or "-NAN" => double.NaN,
            _ => double.Parse(text, CultureInfo.InvariantCulture),
        },
        "bool" => text switch { "true" => true, "false" => false, _ => throw new FormatException($"'{text}' is not a boolean.") },
        "datetime" => Read(text).AsOffsetDateTime(),
        "datetime-local" => Read(text).AsLocalDateTime(),
        "date-local" => Read(text).AsLocalDate(),
        "time-local" => Read(text).AsLocalTime(),
        _ => throw new FormatException($"The type '{type}' is not one of toml-test's."),
    };

    private static TomlValue Read(string text)
    {
        var document = TomlDocument.Parse("v = " + text);
        return !document.HasErrors && document.Root.TryGet("v", out var value) ? value : throw new FormatException($"'{text}' is not a date or time.");
    }
}
