using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AnalysisRunner.Server.Tests.Api.OpenApi;

/// <summary>Holds JSON against the keywords of JSON Schema that the server's description uses; an unknown keyword, and a member that no schema names, is a fault.</summary>
internal sealed class JsonSchema(JsonObject document)
{
    private static readonly HashSet<string> Known = ["$ref", "type", "properties", "required", "items", "enum", "format", "additionalProperties", "anyOf", "default", "description", "pattern"];

    /// <summary>Everything in which a value differs from a schema.</summary>
    public IEnumerable<string> Faults(JsonNode? value, JsonNode schema, string place = "$")
    {
        if (schema is JsonValue any && any.GetValueKind() == JsonValueKind.True) yield break;
        var rules = schema.AsObject();
        foreach (var keyword in rules.Select(rule => rule.Key).Where(keyword => !Known.Contains(keyword))) yield return $"{place}: the keyword {keyword} is not known here";
        if (rules["$ref"] is { } reference)
        {
            foreach (var fault in Faults(value, document["components"]!["schemas"]![reference.GetValue<string>().Split('/')[^1]]!, place)) yield return fault;
            yield break;
        }
        if (rules["anyOf"] is JsonArray choices)
        {
            if (!choices.Any(choice => !Faults(value, choice!, place).Any())) yield return $"{place}: none of anyOf";
            yield break;
        }
        var types = rules["type"] switch { null => null, JsonArray many => many.Select(type => type!.GetValue<string>()).ToList(), var one => [one.GetValue<string>()] };
        if (types?.Contains(TypeOf(value)) == false && !(TypeOf(value) == "integer" && types.Contains("number")))
        {
            yield return $"{place}: {TypeOf(value)} and not {string.Join(" or ", types)}";
            yield break;
        }
        if (rules["enum"] is JsonArray values && !values.Any(one => JsonNode.DeepEquals(one, value))) yield return $"{place}: {value} is none of {values.ToJsonString()}";
        if (rules["format"]?.GetValue<string>() == "date-time" && value is not null && !DateTimeOffset.TryParse(value.GetValue<string>(), CultureInfo.InvariantCulture, out _)) yield return $"{place}: no moment";
        if (value is JsonArray items && rules["items"] is { } item)
        {
            for (var i = 0; i < items.Count; i++) foreach (var fault in Faults(items[i], item, $"{place}[{i}]")) yield return fault;
        }
        if (value is not JsonObject members || (rules["properties"] is null && rules["additionalProperties"] is null)) yield break;
        foreach (var name in (rules["required"]?.AsArray() ?? []).Select(name => name!.GetValue<string>()).Where(name => !members.ContainsKey(name))) yield return $"{place}: {name} is missing";
        foreach (var (name, member) in members)
        {
            if ((rules["properties"]?[name] ?? (rules["additionalProperties"] is JsonObject other ? other : null)) is not { } expected) yield return $"{place}.{name} is not described";
            else foreach (var fault in Faults(member, expected, $"{place}.{name}")) yield return fault;
        }
    }

    private static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => value.ToJsonString().All(c => char.IsAsciiDigit(c) || c == '-') ? "integer" : "number",
        _ => "boolean",
    };
}
