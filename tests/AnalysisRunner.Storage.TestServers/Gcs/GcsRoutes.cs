using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AnalysisRunner.Storage.TestServers.Gcs;

/// <summary>The routes of the JSON API.</summary>
internal sealed class GcsRoutes(GcsBuckets buckets)
{
    private readonly GcsUploads _uploads = new(buckets);

    internal async Task HandleAsync(HttpContext context)
    {
        // Names are percent-encoded, slashes included, which the server's own path would no longer show.
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0];
        var isUpload = target.StartsWith("/upload/", StringComparison.Ordinal);
        var names = target[(isUpload ? "/upload/storage/v1/b/" : "/storage/v1/b/").Length..].Split('/').Select(Uri.UnescapeDataString).ToArray();
        var bucket = names[0];
        if (!buckets.Exists(bucket) || (names.Length > 5 && !buckets.Exists(names[5])))
        {
            await GcsAnswers.ErrorAsync(context, 404, "notFound", "The specified bucket does not exist.");
            return;
        }
        if (buckets.Denied.Contains($"{context.Request.Method} {bucket}"))
        {
            await GcsAnswers.ErrorAsync(context, 403, "forbidden", "test@example.com does not have storage access to the Google Cloud Storage bucket.");
            return;
        }
        // An upload's session carries what it was begun with.
        if (buckets.RequesterPays.Contains(bucket) && !context.Request.Query.ContainsKey("upload_id") && !context.Request.Query.ContainsKey("userProject"))
        {
            await GcsAnswers.ErrorAsync(context, 400, "required", "Bucket is a requester pays bucket but no user project provided.");
            return;
        }
        await ((context.Request.Method, names, isUpload) switch
        {
            (_, _, true) => _uploads.HandleAsync(context, bucket),
            ("GET", [_, "o"], _) => ListAsync(context, bucket),
            ("GET", [_, "o", var name], _) => GetAsync(context, bucket, name),
            ("DELETE", [_, "o", var name], _) => DeleteAsync(context, bucket, name),
            ("PATCH", [_, "o", var name], _) => PatchAsync(context, bucket, name),
            ("POST", [_, "o", var name, "compose"], _) => ComposeAsync(context, bucket, name),
            ("POST", [_, "o", var name, "rewriteTo", "b", var other, "o", var copy], _) => RewriteAsync(context, bucket, name, other, copy),
            _ => GcsAnswers.ErrorAsync(context, 404, "notFound", "Not Found"),
        });
    }

    internal static Func<StoredObject?, bool> Condition(HttpContext context)
    {
        var query = context.Request.Query;
        return current =>
            (!query.TryGetValue("ifGenerationMatch", out var generation) || (current?.Generation ?? 0) == Number(generation!))
            && (!query.TryGetValue("ifMetagenerationMatch", out var metageneration) || current?.Metageneration == Number(metageneration!));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private async Task ListAsync(HttpContext context, string bucket)
    {
        var query = context.Request.Query;
        var (prefix, delimiter, most) = (query["prefix"].ToString(), query["delimiter"].ToString(), query.TryGetValue("maxResults", out var results) ? (int)Number(results!) : 1000);
        var after = query.TryGetValue("pageToken", out var token) ? System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(token!)) : null;
        var (items, prefixes, last) = (new JsonArray(), new List<string>(), (string?)null);
        var more = false;
        foreach (var found in buckets.All(bucket).Where(found => found.Name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var cut = delimiter.Length == 0 ? -1 : found.Name.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            var entry = cut < 0 ? found.Name : found.Name[..(cut + delimiter.Length)];
            if (prefixes.LastOrDefault() == entry || (after is not null && (entry == after || Before(entry, after)))) continue;
            if (items.Count + prefixes.Count == most)
            {
                more = true;
                break;
            }
            if (cut < 0) items.Add(GcsAnswers.Resource(bucket, found));
            else prefixes.Add(entry);
            last = entry;
        }
        var page = new JsonObject { ["kind"] = "storage#objects" };
        if (items.Count > 0) page["items"] = items;
        if (prefixes.Count > 0) page["prefixes"] = new JsonArray([.. prefixes.Select(text => JsonValue.Create(text))]);
        if (more) page["nextPageToken"] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(last!));
        await GcsAnswers.WriteAsync(context, page);
    }

    private static bool Before(string x, string y) => System.Text.Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(y)) < 0;

    private async Task GetAsync(HttpContext context, string bucket, string name)
    {
        var found = buckets.Find(bucket, name);
        if (found is null || (context.Request.Query.TryGetValue("generation", out var generation) && found.Generation != Number(generation!)))
        {
            await GcsAnswers.ErrorAsync(context, 404, "notFound", $"No such object: {bucket}/{name}");
            return;
        }
        if (context.Request.Query["alt"] != "media")
        {
            await GcsAnswers.WriteAsync(context, GcsAnswers.Resource(bucket, found));
            return;
        }
        var content = found.Content.AsMemory();
        if (context.Request.GetTypedHeaders().Range?.Ranges.Single() is { } range)
        {
            if (range.From >= content.Length)
            {
                await GcsAnswers.ErrorAsync(context, 416, "requestedRangeNotSatisfiable", "Request range not satisfiable");
                return;
            }
            content = content[(int)range.From!.Value..(int)Math.Min(content.Length, (range.To ?? long.MaxValue - 1) + 1)];
            context.Response.StatusCode = 206;
        }
        context.Response.ContentLength = content.Length;
        context.Response.Headers["x-goog-generation"] = found.Generation.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["x-goog-hash"] = "crc32c=" + found.Crc32C;
        for (var at = 0; at < content.Length; at += 65536)
            await context.Response.Body.WriteAsync(content[at..Math.Min(content.Length, at + 65536)], context.RequestAborted);
    }

    private async Task DeleteAsync(HttpContext context, string bucket, string name)
    {
        if (buckets.Find(bucket, name) is null) await GcsAnswers.ErrorAsync(context, 404, "notFound", $"No such object: {bucket}/{name}");
        else if (buckets.TryChange(bucket, name, Condition(context), (_, _) => null, out _)) context.Response.StatusCode = 204;
        else await GcsAnswers.PreconditionAsync(context);
    }

    private async Task PatchAsync(HttpContext context, string bucket, string name)
    {
        var patch = await JsonNode.ParseAsync(context.Request.Body);
        var current = buckets.Find(bucket, name);
        if (current is null || (context.Request.Query.TryGetValue("generation", out var generation) && current.Generation != Number(generation!)))
        {
            await GcsAnswers.ErrorAsync(context, 404, "notFound", $"No such object: {bucket}/{name}");
            return;
        }
        var metadata = new Dictionary<string, string>(current.Metadata);
        foreach (var (key, value) in patch!["metadata"]!.AsObject()) metadata[key] = value!.GetValue<string>();
        if (buckets.TryChange(bucket, name, Condition(context), (found, _) => found! with { Metadata = metadata, Metageneration = found.Metageneration + 1 }, out var changed))
            await GcsAnswers.WriteAsync(context, GcsAnswers.Resource(bucket, changed!));
        else
            await GcsAnswers.PreconditionAsync(context);
    }

    private async Task ComposeAsync(HttpContext context, string bucket, string name)
    {
        var body = await JsonNode.ParseAsync(context.Request.Body);
        var sources = body!["sourceObjects"]!.AsArray();
        if (sources.Count > 32)
        {
            await GcsAnswers.ErrorAsync(context, 400, "invalid", "The number of source components provided exceeds the maximum (32)");
            return;
        }
        var parts = sources.Select(source => (Found: buckets.Find(bucket, source!["name"]!.GetValue<string>()), Generation: Number(source["generation"]!.GetValue<string>()))).ToList();
        if (parts.Any(part => part.Found?.Generation != part.Generation))
        {
            await GcsAnswers.ErrorAsync(context, 404, "notFound", "A source object does not exist at its generation.");
            return;
        }
        var content = parts.SelectMany(part => part.Found!.Content).ToArray();
        await PlaceAsync(context, bucket, GcsAnswers.Made(name, content, body["destination"]!) with { IsComposed = true, Md5 = null });
    }

    private async Task RewriteAsync(HttpContext context, string bucket, string name, string other, string copy)
    {
        var source = buckets.Find(bucket, name);
        if (source is null || (context.Request.Query.TryGetValue("sourceGeneration", out var generation) && source.Generation != Number(generation!)))
        {
            await GcsAnswers.ErrorAsync(context, 404, "notFound", $"No such object: {bucket}/{name}");
            return;
        }
        var done = context.Request.Query.TryGetValue("rewriteToken", out var token) ? Number(token!) : 0;
        done = Math.Min(source.Content.Length, done + Math.Min(buckets.RewrittenPerCall, source.Content.Length));
        var step = new JsonObject { ["kind"] = "storage#rewriteResponse", ["totalBytesRewritten"] = done.ToString(CultureInfo.InvariantCulture), ["done"] = done == source.Content.Length };
        if (done < source.Content.Length)
        {
            step["rewriteToken"] = done.ToString(CultureInfo.InvariantCulture);
            await GcsAnswers.WriteAsync(context, step);
            return;
        }
        var made = GcsAnswers.Made(copy, source.Content, (await JsonNode.ParseAsync(context.Request.Body))!);
        if (buckets.TryChange(other, copy, Condition(context), (_, fresh) => made with { Generation = fresh }, out var placed))
        {
            step["resource"] = GcsAnswers.Resource(other, placed!);
            await GcsAnswers.WriteAsync(context, step);
        }
        else
        {
            await GcsAnswers.PreconditionAsync(context);
        }
    }

    private async Task PlaceAsync(HttpContext context, string bucket, StoredObject made)
    {
        if (buckets.TryChange(bucket, made.Name, Condition(context), (_, fresh) => made with { Generation = fresh }, out var placed))
            await GcsAnswers.WriteAsync(context, GcsAnswers.Resource(bucket, placed!));
        else
            await GcsAnswers.PreconditionAsync(context);
    }
}
