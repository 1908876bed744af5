using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Submissions;
using Microsoft.AspNetCore.Http.Features;

namespace AnalysisRunner.Server.Api;

/// <summary>Reads what a request says, and writes JSON answers.</summary>
internal static class Requests
{
    private const string CallerKey = "AnalysisRunner.Caller";
    private const int MaximumIdempotencyKey = 200;

    /// <summary>Notes the authenticated caller.</summary>
    public static void SetCaller(this HttpContext context, Caller caller) => context.Items[CallerKey] = caller;

    /// <summary>The authenticated caller.</summary>
    public static Caller GetCaller(this HttpContext context) => (Caller)context.Items[CallerKey]!;

    /// <summary>Who sent a request for a page, or null when nobody is signed in.</summary>
    public static Caller? FindCaller(this HttpContext context) => context.Items[CallerKey] as Caller;

    /// <summary>The caller, who must be a user and not a driver.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6103</c>.</exception>
    public static Caller GetUser(this HttpContext context) => context.GetCaller() is { IsUser: true } user
        ? user
        : throw new AnalysisRunnerException(
            PolicyCodes.TokenForbidden, "A driver's token hands over and reads the batches of its own invocation and does nothing else; use a token of your own.");

    /// <summary>The caller, who must be the owner of a local runner.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6103</c>.</exception>
    public static Caller GetOwner(this HttpContext context) => context.GetCaller() is { IsOwner: true } owner
        ? owner
        : throw new AnalysisRunnerException(
            PolicyCodes.TokenForbidden, "Only the owner of a local runner may do this, with the token from runner.json; a shared server is ended by whoever runs it.");

    /// <summary>Reads a body of at most <paramref name="limit"/> bytes.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6001</c> it is not what the route documents.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, long limit)
        where T : class
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = limit;
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted)
                ?? throw new AnalysisRunnerException(PolicyCodes.MalformedRequest, "The request's body is 'null'; send a JSON object.");
        }
        catch (JsonException e)
        {
            throw new AnalysisRunnerException(
                [new Problem(PolicyCodes.MalformedRequest, $"The request's body is not the JSON that this route takes: {e.Message}", e.Path, null, (int)Math.Min((e.LineNumber ?? -1) + 1, int.MaxValue))], e);
        }
        catch (InvalidOperationException e)
        {
            // Text that is no Unicode: an escape of half a surrogate pair.
            throw new AnalysisRunnerException(PolicyCodes.MalformedRequest, $"The request's body has text that is not Unicode: {e.Message}", e);
        }
    }

    /// <summary>The <c>Idempotency-Key</c> header.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6023</c>.</exception>
    public static string IdempotencyKeyOf(HttpContext context) => ParseIdempotencyKey(context.Request.Headers["Idempotency-Key"].ToString());

    /// <summary>Checks an idempotency key: 1 to 200 visible ASCII characters.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6023</c>.</exception>
    public static string ParseIdempotencyKey(string key) =>
        key.Length is > 0 and <= MaximumIdempotencyKey && key.All(c => c is > ' ' and <= '~')
            ? key
            : throw new AnalysisRunnerException(
                PolicyCodes.IdempotencyKey,
                $"The Idempotency-Key header {Quoted.Value(key)} is missing or malformed; send 1 to {MaximumIdempotencyKey} visible characters, such as a UUID, and the same ones when you repeat the request.");

    /// <summary>A whole number of the query, or its default.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6024</c>.</exception>
    public static long Number(HttpContext context, string name, long fallback, long minimum, long maximum)
    {
        var text = context.Request.Query[name].ToString();
        return text.Length == 0 ? fallback : Parse(name, text, minimum, maximum);
    }

    /// <summary>The number of an attempt, from 1, in the query; null when it is absent, which means the last one.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6024</c>.</exception>
    public static int? Attempt(HttpContext context) => (int)Number(context, "attempt", 0, 1, int.MaxValue) is > 0 and var number ? number : null;

    /// <summary>A <c>true</c> or <c>false</c> of the query; false when it is absent.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6024</c>.</exception>
    public static bool Flag(HttpContext context, string name) => context.Request.Query[name].ToString() switch
    {
        "" or "false" => false,
        "true" => true,
        var text => throw new AnalysisRunnerException([new Problem(PolicyCodes.Parameter, $"The parameter '{name}' is {Quoted.Value(text)}; write 'true' or 'false'.", name)]),
    };

    /// <summary>Reads a whole number.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6024</c>.</exception>
    public static long Parse(string name, string text, long minimum, long maximum) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum
            ? number
            : throw new AnalysisRunnerException(
                [new Problem(PolicyCodes.Parameter, $"The parameter '{name}' is {Quoted.Value(text)}; give a whole number from {minimum} to {maximum}.", name)]);

    /// <summary>
    /// Answers with JSON and its <c>ETag</c>; with 304 and no body to a caller who has it already (<c>If-None-Match</c>).
    /// </summary>
    public static async Task AnswerCachedAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> type)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(answer, type);
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 16))}\"";
        context.Response.Headers.ETag = tag;
        // Kept by the caller alone, and asked about each time.
        context.Response.Headers.CacheControl = "private, no-cache";
        if (context.Request.Headers.IfNoneMatch.SelectMany(value => (value ?? "").Split(',')).Any(value => value.Trim() is "*" || value.Trim() == tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>Links to the next page (RFC 8288). By key and not by number: what is recorded meanwhile shifts nothing.</summary>
    public static void LinkNext(HttpContext context, string cursor) => LinkNext(context, "cursor", cursor);

    /// <summary>As above, by another parameter.</summary>
    public static void LinkNext(HttpContext context, string parameter, string value)
    {
        var query = QueryString.Create(context.Request.Query.Where(pair => pair.Key != parameter)).Add(parameter, value);
        context.Response.Headers.Link = $"<{context.Request.Path}{query}>; rel=\"next\"";
    }

    /// <summary>Answers with JSON.</summary>
    public static Task AnswerAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, answer, type, context.RequestAborted);
    }
}
