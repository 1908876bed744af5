using System.Text.Json;
using AnalysisRunner.Config;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Server.Api.Compatible;

/// <summary>Config as JSON, in which the original client sends and shows it.</summary>
internal static class JsonConfig
{
    /// <summary>Reads a JSON object. Nulls are left out, as the original's TOML writer does.</summary>
    /// <exception cref="JsonException">A value has no form in TOML.</exception>
    public static TomlMap ToMap(JsonElement table)
    {
        var map = new TomlMap();
        foreach (var pair in table.EnumerateObject())
        {
            if (pair.Value.ValueKind != JsonValueKind.Null) map[pair.Name] = ToValue(pair.Name, pair.Value);
        }
        return map;
    }

    /// <summary>Writes a table.</summary>
    public static void Write(Utf8JsonWriter json, ConfigNode table)
    {
        json.WriteStartObject();
        foreach (var child in table.Children)
        {
            json.WritePropertyName(child.Key);
            if (child.IsTable) Write(json, child);
            else Write(json, child.Value);
        }
        json.WriteEndObject();
    }

    private static object ToValue(string key, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => ToMap(value),
        JsonValueKind.Array => value.EnumerateArray().Select(item => ToValue(key, item)).ToList(),
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when value.TryGetInt64(out var whole) => whole,
        JsonValueKind.Number when value.GetRawText().AsSpan().ContainsAny(".eE") && value.TryGetDouble(out var number) => number,
        JsonValueKind.Number => throw new JsonException($"The number {value.GetRawText()} of \"{key}\" does not fit into 64 bits."),
        _ => throw new JsonException($"The array \"{key}\" has a null."),
    };

    private static void Write(Utf8JsonWriter json, TomlValue value)
    {
        switch (value.Kind)
        {
            case TomlKind.String:
                json.WriteStringValue(value.AsString());
                break;
            case TomlKind.Integer:
                json.WriteNumberValue(value.AsInteger());
                break;
            case TomlKind.Float when double.IsFinite(value.AsFloat()):
                json.WriteNumberValue(value.AsFloat());
                break;
            case TomlKind.Boolean:
                json.WriteBooleanValue(value.AsBoolean());
                break;
            case TomlKind.Array:
                json.WriteStartArray();
                foreach (var item in value.AsArray()) Write(json, item);
                json.WriteEndArray();
                break;
            case TomlKind.Table:
                json.WriteStartObject();
                foreach (var entry in value.AsTable())
                {
                    json.WritePropertyName(entry.Key);
                    Write(json, entry.Value);
                }
                json.WriteEndObject();
                break;
            default:
                // Dates, times, inf and nan have no form in JSON.
                json.WriteStringValue(value.RawText);
                break;
        }
    }
}
