using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Api.OpenApi;

/// <summary>JSON Schema of the contracts, made from what serializes them, so that the two cannot differ. Each type stands once, by its name.</summary>
internal sealed class ApiSchemas
{
    private readonly SortedDictionary<string, JsonNode> _named = new(StringComparer.Ordinal);

    /// <summary>The types by name.</summary>
    public JsonObject Components => new(_named.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value.DeepClone())));

    /// <summary>The schema of a type: a reference, where it has a name.</summary>
    /// <param name="type">The type.</param>
    /// <param name="isBody">
    /// Whether the server reads it: then null stands for a member that is absent, and unknown members are refused. What the server sends has no nulls, and may
    /// get further members.
    /// </param>
    public JsonNode Of(JsonTypeInfo type, bool isBody) => type.GetJsonSchemaAsNode(new JsonSchemaExporterOptions
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (context, schema) => Transform(context, schema, isBody),
    });

    private JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema, bool isBody)
    {
        if (schema is not JsonObject found) return schema;
        var isNullable = found["type"] is JsonArray types && types.Any(type => type?.GetValue<string>() == "null");
        if (isNullable && !isBody) WithoutNull(found);
        if (!isBody && found["additionalProperties"]?.GetValueKind() == JsonValueKind.False) found.Remove("additionalProperties");
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type.Namespace != typeof(Invocation).Namespace || type.IsGenericType) return found;
        if (!_named.ContainsKey(type.Name))
        {
            var named = (JsonObject)found.DeepClone();
            WithoutNull(named);
            _named.Add(type.Name, named);
        }
        var reference = new JsonObject { ["$ref"] = "#/components/schemas/" + type.Name };
        return isNullable && isBody ? new JsonObject { ["anyOf"] = new JsonArray(reference, new JsonObject { ["type"] = "null" }) } : reference;
    }

    private static void WithoutNull(JsonObject schema)
    {
        if (schema["type"] is JsonArray types && types.Select(type => type!.GetValue<string>()).Where(type => type != "null").ToList() is [var only]) schema["type"] = only;
        if (schema["enum"] is JsonArray values && values.Any(value => value is null))
        {
            schema["enum"] = new JsonArray([.. values.Where(value => value is not null).Select(value => value!.DeepClone())]);
        }
    }
}
