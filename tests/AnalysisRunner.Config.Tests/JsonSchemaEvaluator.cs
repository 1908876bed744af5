using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AnalysisRunner.Config.Tests;

/// <summary>
/// JSON Schema 2020-12, as far as our writer uses it: an independent judge of what it writes. An unknown keyword, or one of the wrong form, throws: the
/// schema itself is then not what the specification allows.
/// </summary>
internal static class JsonSchemaEvaluator
{
    private static readonly string[] Annotations = ["$schema", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "format"];

    public static bool IsValid(JsonNode? value, JsonNode schema)
    {
        if (schema is JsonValue boolean) return boolean.GetValue<bool>();
        // Every keyword is looked at, so that none goes unchecked.
        var isValid = true;
        foreach (var (keyword, argument) in schema.AsObject()) isValid &= Holds(value, keyword, argument!, schema.AsObject());
        return isValid;
    }

    /// <summary>Goes through a schema and all in it, and throws at what 2020-12 does not have.</summary>
    public static void CheckForm(JsonNode schema)
    {
        foreach (var instance in new JsonNode?[] { null, new JsonObject(), new JsonArray(), "", 0, true }) IsValid(instance, schema);
        foreach (var (keyword, argument) in schema.AsObject())
        {
            switch (keyword)
            {
                case "$schema": argument!.GetValue<string>().ShouldBe("https://json-schema.org/draft/2020-12/schema"); break;
                case "$comment" or "title" or "description" or "format" or "pattern": argument!.GetValue<string>().ShouldNotBeNull(); break;
                case "deprecated" or "readOnly" or "uniqueItems": argument!.GetValue<bool>().ShouldBeTrue(); break;
                case "examples": argument!.AsArray().Count.ShouldBePositive(); break;
                case "properties": foreach (var (_, child) in argument!.AsObject()) CheckForm(child!); break;
                case "allOf": foreach (var child in argument!.AsArray()) CheckForm(child!); break;
                case "items" or "not": CheckForm(argument!); break;
                case "additionalProperties" when argument is JsonObject: CheckForm(argument); break;
                case "required" or "enum": argument!.AsArray().Select(item => item!.ToJsonString()).ShouldBeUnique(); break;
                case "minLength" or "maxLength" or "minItems" or "maxItems": argument!.GetValue<long>().ShouldBeGreaterThanOrEqualTo(0); break;
            }
        }
    }

    private static bool Holds(JsonNode? value, string keyword, JsonNode argument, JsonObject schema) => keyword switch
    {
        "type" => HasType(value, argument.GetValue<string>()),
        "enum" => argument.AsArray().Any(allowed => AreEqual(allowed, value)),
        "minimum" => !IsNumber(value) || Compare(value!, argument) >= 0,
        "maximum" => !IsNumber(value) || Compare(value!, argument) <= 0,
        "exclusiveMinimum" => !IsNumber(value) || Compare(value!, argument) > 0,
        "exclusiveMaximum" => !IsNumber(value) || Compare(value!, argument) < 0,
        "pattern" => Pattern(argument) is var pattern && (TextOf(value) is not { } text || pattern.IsMatch(text)),
        "minLength" => TextOf(value) is not { } text || text.EnumerateRunes().Count() >= argument.GetValue<long>(),
        "maxLength" => TextOf(value) is not { } text || text.EnumerateRunes().Count() <= argument.GetValue<long>(),
        "minItems" => value is not JsonArray array || array.Count >= argument.GetValue<long>(),
        "maxItems" => value is not JsonArray array || array.Count <= argument.GetValue<long>(),
        "uniqueItems" => value is not JsonArray array || !array.Where((item, i) => array.Take(i).Any(other => AreEqual(item, other))).Any(),
        "items" => value is not JsonArray array || array.All(item => IsValid(item, argument)),
        "required" => value is not JsonObject table || argument.AsArray().All(key => table.ContainsKey(key!.GetValue<string>())),
        "properties" => value is not JsonObject table || argument.AsObject().All(p => !table.ContainsKey(p.Key) || IsValid(table[p.Key], p.Value!)),
        "additionalProperties" => value is not JsonObject table
            || table.All(entry => (schema["properties"] as JsonObject)?.ContainsKey(entry.Key) == true || IsValid(entry.Value, argument)),
        "allOf" => argument.AsArray().All(part => IsValid(value, part!)),
        "not" => !IsValid(value, argument),
        _ when Annotations.Contains(keyword) => true,
        _ => throw new InvalidOperationException($"\"{keyword}\" is not a keyword of JSON Schema 2020-12 that this judge knows."),
    };

    private static bool HasType(JsonNode? value, string type) => type switch
    {
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value?.GetValueKind() == JsonValueKind.String,
        "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        "number" => IsNumber(value),
        // The specification: any number with a zero fractional part.
        "integer" => IsNumber(value) && (AsInteger(value!) is not null || AsDouble(value!) % 1 == 0),
        _ => throw new InvalidOperationException($"\"{type}\" is not a type of JSON Schema."),
    };

    private static bool AreEqual(JsonNode? left, JsonNode? right) =>
        IsNumber(left) && IsNumber(right) ? Compare(left!, right!) == 0 : JsonNode.DeepEquals(left, right);

    private static bool IsNumber(JsonNode? value) => value?.GetValueKind() == JsonValueKind.Number;

    private static string? TextOf(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static int Compare(JsonNode left, JsonNode right) =>
        AsInteger(left) is { } a && AsInteger(right) is { } b ? a.CompareTo(b) : AsDouble(left).CompareTo(AsDouble(right));

    private static BigInteger? AsInteger(JsonNode number) =>
        BigInteger.TryParse(number.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) ? integer : null;

    private static double AsDouble(JsonNode number) => double.Parse(number.ToJsonString(), CultureInfo.InvariantCulture);

    private static Regex Pattern(JsonNode pattern) => new(pattern.GetValue<string>(), RegexOptions.ECMAScript, TimeSpan.FromSeconds(1));
}
