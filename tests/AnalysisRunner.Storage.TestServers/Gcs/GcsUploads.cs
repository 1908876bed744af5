using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace AnalysisRunner.Storage.TestServers.Gcs;

/// <summary>Uploads: with metadata in one request, and resumable ones.</summary>
internal sealed class GcsUploads(GcsBuckets buckets)
{
    private const int Quantum = 256 * 1024;
    private readonly ConcurrentDictionary<string, Session> _sessions = new();

    internal Task HandleAsync(HttpContext context, string bucket) => (context.Request.Method, context.Request.Query["uploadType"].ToString()) switch
    {
        ("POST", "multipart") => MultipartAsync(context, bucket),
        ("POST", "resumable") => BeginAsync(context, bucket),
        ("PUT", "resumable") => ContinueAsync(context, bucket),
        ("DELETE", "resumable") => CancelAsync(context),
        _ => GcsAnswers.ErrorAsync(context, 400, "invalid", "Unknown upload type."),
    };

    private async Task MultipartAsync(HttpContext context, string bucket)
    {
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(context.Request.ContentType!).Boundary).Value!;
        var reader = new MultipartReader(boundary, context.Request.Body);
        var resource = await JsonNode.ParseAsync((await reader.ReadNextSectionAsync())!.Body);
        var content = new MemoryStream();
        await (await reader.ReadNextSectionAsync())!.Body.CopyToAsync(content);
        await PlaceAsync(context, bucket, resource!, content.ToArray(), resource!["crc32c"]?.GetValue<string>(), GcsRoutes.Condition(context));
    }

    private async Task BeginAsync(HttpContext context, string bucket)
    {
        var resource = await JsonNode.ParseAsync(context.Request.Body);
        var condition = GcsRoutes.Condition(context);
        if (!condition(buckets.Find(bucket, resource!["name"]!.GetValue<string>())))
        {
            await GcsAnswers.PreconditionAsync(context);
            return;
        }
        var id = Guid.NewGuid().ToString("N");
        _sessions[id] = new Session(resource, condition);
        context.Response.Headers.Location = $"{context.Request.Scheme}://{context.Request.Host}/upload/storage/v1/b/{bucket}/o?uploadType=resumable&upload_id={id}";
    }

    // "bytes 0-262143/*" brings a piece, "bytes 0-9/10" the last one, "bytes */*" and "bytes */10" ask.
    private async Task ContinueAsync(HttpContext context, string bucket)
    {
        if (!_sessions.TryGetValue(context.Request.Query["upload_id"]!, out var session))
        {
            await GcsAnswers.ErrorAsync(context, 404, "notFound", "No such upload.");
            return;
        }
        var range = context.Request.Headers.ContentRange.ToString()["bytes ".Length..].Split('/');
        var total = range[1] == "*" ? (long?)null : long.Parse(range[1], CultureInfo.InvariantCulture);
        if (session.Made is not null)
        {
            await GcsAnswers.WriteAsync(context, GcsAnswers.Resource(bucket, session.Made));
            return;
        }
        if (range[0] != "*" && !await TakeAsync(context, session, range[0], total)) return;
        if (session.Content.Length != total)
        {
            context.Response.StatusCode = 308;
            if (session.Content.Length > 0) context.Response.Headers.Range = string.Create(CultureInfo.InvariantCulture, $"bytes=0-{session.Content.Length - 1}");
            return;
        }
        var expected = context.Request.Headers["X-Goog-Hash"].FirstOrDefault()?["crc32c=".Length..];
        session.Made = await PlaceAsync(context, bucket, session.Resource, session.Content.ToArray(), expected, session.Condition);
    }

    private static async Task<bool> TakeAsync(HttpContext context, Session session, string range, long? total)
    {
        var bounds = range.Split('-').Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        if (bounds[0] != session.Content.Length || (total is null && (bounds[1] + 1) % Quantum != 0))
        {
            await GcsAnswers.ErrorAsync(context, 400, "invalid", $"The range {range} does not go on at byte {session.Content.Length} in multiples of 256 KiB.");
            return false;
        }
        var before = session.Content.Length;
        try
        {
            await context.Request.Body.CopyToAsync(session.Content, context.RequestAborted);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or BadHttpRequestException)
        {
            // What has come so far is kept, in whole quanta.
            session.Content.SetLength(before + ((session.Content.Length - before) / Quantum * Quantum));
            return false;
        }
        return true;
    }

    private Task CancelAsync(HttpContext context)
    {
        _sessions.TryRemove(context.Request.Query["upload_id"]!, out _);
        context.Response.StatusCode = 499;
        return Task.CompletedTask;
    }

    private async Task<StoredObject?> PlaceAsync(HttpContext context, string bucket, JsonNode resource, byte[] content, string? expected, Func<StoredObject?, bool> condition)
    {
        var made = GcsAnswers.Made(resource["name"]!.GetValue<string>(), content, resource);
        if (expected is not null && expected != made.Crc32C)
        {
            await GcsAnswers.ErrorAsync(context, 400, "invalid", $"Provided CRC32C \"{expected}\" doesn't match calculated CRC32C \"{made.Crc32C}\".");
            return null;
        }
        if (!buckets.TryChange(bucket, made.Name, condition, (_, fresh) => made with { Generation = fresh }, out var placed))
        {
            await GcsAnswers.PreconditionAsync(context);
            return null;
        }
        await GcsAnswers.WriteAsync(context, GcsAnswers.Resource(bucket, placed!));
        return placed;
    }

    private sealed record Session(JsonNode Resource, Func<StoredObject?, bool> Condition)
    {
        public MemoryStream Content { get; } = new();

        public StoredObject? Made { get; set; }
    }
}
