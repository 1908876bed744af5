using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace AnalysisRunner.Storage.TestServers.Gcs;

/// <summary>The bodies of answers.</summary>
internal static class GcsAnswers
{
    internal static Task WriteAsync(HttpContext context, JsonNode body)
    {
        context.Response.ContentType = "application/json; charset=UTF-8";
        return context.Response.WriteAsync(body.ToJsonString());
    }

    internal static Task ErrorAsync(HttpContext context, int status, string reason, string message)
    {
        context.Response.StatusCode = status;
        return WriteAsync(context, new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["code"] = status,
                ["message"] = message,
                ["errors"] = new JsonArray(new JsonObject { ["domain"] = "global", ["reason"] = reason, ["message"] = message }),
            },
        });
    }

    internal static Task PreconditionAsync(HttpContext context) =>
        ErrorAsync(context, 412, "conditionNotMet", "At least one of the pre-conditions you specified did not hold.");

    internal static JsonObject Resource(string bucket, StoredObject found)
    {
        var resource = new JsonObject
        {
            ["kind"] = "storage#object",
            ["name"] = found.Name,
            ["bucket"] = bucket,
            ["generation"] = found.Generation.ToString(CultureInfo.InvariantCulture),
            ["metageneration"] = found.Metageneration.ToString(CultureInfo.InvariantCulture),
            ["size"] = found.Content.Length.ToString(CultureInfo.InvariantCulture),
            ["contentType"] = found.ContentType,
            ["timeCreated"] = found.Created.ToString("O", CultureInfo.InvariantCulture),
            ["updated"] = found.Created.ToString("O", CultureInfo.InvariantCulture),
            ["crc32c"] = found.Crc32C,
        };
        if (found.Md5 is not null) resource["md5Hash"] = found.Md5;
        if (found.Metadata.Count > 0)
        {
            var metadata = new JsonObject();
            foreach (var (name, value) in found.Metadata) metadata[name] = value;
            resource["metadata"] = metadata;
        }
        return resource;
    }

    internal static StoredObject Made(string name, byte[] content, JsonNode resource) => new()
    {
        Name = name,
        Content = content,
        Generation = 0,
        ContentType = resource["contentType"]?.GetValue<string>() ?? "application/octet-stream",
        Metadata = resource["metadata"]?.AsObject().ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<string>()) ?? [],
        Crc32C = StoredObject.Checksum(content),
        Md5 = StoredObject.HashMd5(content),
    };
}
