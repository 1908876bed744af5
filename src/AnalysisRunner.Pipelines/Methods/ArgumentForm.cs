using System.Text.Json.Nodes;

namespace AnalysisRunner.Pipelines.Methods;

/// <summary>
/// An argument on its way: <c>{"value":…}</c>, <c>{"file":path}</c>, <c>{"result":path}</c>, <c>{"list":[…]}</c> or <c>{"map":{…}}</c>, so that no
/// value is ever taken for a path.
/// </summary>
internal static class ArgumentForm
{
    public static JsonObject Value(JsonNode? value) => new() { ["value"] = value };

    public static JsonObject File(string path) => new() { ["file"] = path };

    public static JsonObject Result(string path) => new() { ["result"] = path };

    public static JsonObject List(IEnumerable<JsonObject> items) => new() { ["list"] = new JsonArray([.. items]) };

    public static JsonObject Map(IEnumerable<KeyValuePair<string, JsonObject>> items) =>
        new() { ["map"] = new JsonObject(items.Select(item => KeyValuePair.Create(item.Key, (JsonNode?)item.Value))) };

    /// <summary>The argument as JSON, in the job: files are absolute paths, results are read.</summary>
    public static JsonNode? Resolve(JsonNode form, string folder)
    {
        var (kind, content) = form.AsObject().Single();
        return kind switch
        {
            "value" => content?.DeepClone(),
            "file" => JsonValue.Create(Path.Combine(folder, content!.GetValue<string>())),
            "result" => JsonNode.Parse(System.IO.File.ReadAllText(Path.Combine(folder, content!.GetValue<string>()))),
            "list" => new JsonArray([.. content!.AsArray().Select(item => Resolve(item!, folder))]),
            "map" => new JsonObject(content!.AsObject().Select(item => KeyValuePair.Create(item.Key, Resolve(item.Value!, folder)))),
            _ => throw new InvalidOperationException($"\"{kind}\" is no form of an argument."),
        };
    }
}
