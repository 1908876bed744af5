using System.Text.Json;
using AnalysisRunner.Config;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Cli.Configuring;

/// <summary>Config as the original's wire has it: TOML as JSON, which has no dates, and JSON as TOML, which has no null.</summary>
internal static class TomlJson
{
    /// <summary>A merged config as a JSON object.</summary>
    /// <exception cref="AnalysisRunnerException">AR1068: a value has no form in JSON.</exception>
    public static JsonElement Write(ConfigNode root)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer)) Write(writer, root);
        using var document = JsonDocument.Parse(buffer.ToArray());
        return document.RootElement.Clone();
    }

    /// <summary>A JSON object as TOML: nulls are left out.</summary>
    public static TomlMap Read(JsonElement table)
    {
        var map = new TomlMap();
        foreach (var member in table.EnumerateObject())
            if (member.Value.ValueKind != JsonValueKind.Null) map.Add(member.Name, Value(member.Value));
        return map;
    }

    private static object Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => Read(value),
        JsonValueKind.Array => value.EnumerateArray().Where(item => item.ValueKind != JsonValueKind.Null).Select(Value).ToList(),
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : value.GetDouble(),
        _ => value.GetBoolean(),
    };

    private static void Write(Utf8JsonWriter writer, ConfigNode node)
    {
        if (!node.IsTable)
        {
            Write(writer, node.Value, node);
            return;
        }
        writer.WriteStartObject();
        foreach (var child in node.Children)
        {
            writer.WritePropertyName(child.Key);
            Write(writer, child);
        }
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, TomlValue value, ConfigNode node)
    {
        switch (value.Kind)
        {
            case TomlKind.String:
                writer.WriteStringValue(value.AsString());
                break;
            case TomlKind.Integer:
                writer.WriteNumberValue(value.AsInteger());
                break;
            case TomlKind.Float when double.IsFinite(value.AsFloat()):
                writer.WriteNumberValue(value.AsFloat());
                break;
            case TomlKind.Boolean:
                writer.WriteBooleanValue(value.AsBoolean());
                break;
            case TomlKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.AsArray()) Write(writer, item, node);
                writer.WriteEndArray();
                break;
            case TomlKind.Table:
                writer.WriteStartObject();
                foreach (var entry in value.AsTable())
                {
                    writer.WritePropertyName(entry.Key);
                    Write(writer, entry.Value, node);
                }
                writer.WriteEndObject();
                break;
            default:
                throw new AnalysisRunnerException(
                    [new Problem(
                        CommandLineCodes.ConfigUnusable,
                        $"The value {value.RawText} of '{node.Path}' is sent as JSON, which has no such value. Write it as a string; a submission sends the file itself and needs no change.",
                        File: node.Place.File,
                        Line: node.Place.Span.Line,
                        Column: node.Place.Span.Column)]);
        }
    }
}
