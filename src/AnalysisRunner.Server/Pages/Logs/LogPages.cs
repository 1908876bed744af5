using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines;
using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Pages.Batches;
using AnalysisRunner.Server.Pages.Shared;
using AnalysisRunner.Server.Runs;

namespace AnalysisRunner.Server.Pages.Logs;

/// <summary>What pages do with logs: the end of one, all of it, a search, and what comes while one looks.</summary>
internal static class LogPages
{
    private const int Tail = 64 * 1024;
    private const int MostMatches = 500;
    private const int LongestSearch = 1000;

    /// <summary>Adds the routes of driver logs and of job logs, of the last attempt and of each.</summary>
    public static void Map(IEndpointRouteBuilder routes, Func<RequestDelegate, RequestDelegate> page)
    {
        foreach (var log in new[] { "/invocations/{arGuid}/log", "/invocations/{arGuid}/attempts/{attempt}/log", "/batches/{key}/jobs/{job}/log", "/batches/{key}/jobs/{job}/attempts/{attempt}/log" })
        {
            routes.MapGet(log, page(ReadAsync));
            routes.MapGet($"{log}/search", page(SearchAsync));
            routes.MapGet($"{log}/live", page(FollowAsync));
        }
    }

    /// <summary>The end of a log; however long it is, no more than that is read.</summary>
    /// <param name="context">The request.</param>
    /// <param name="url">The address of the log.</param>
    /// <param name="key">The batch.</param>
    /// <param name="job">The job.</param>
    /// <param name="attempt">The attempt; null is the last one.</param>
    /// <param name="isLive">Whether more may come.</param>
    public static async Task<LogExcerpt> ReadTailAsync(HttpContext context, string url, string key, int job, int? attempt, bool isLive)
    {
        var engine = context.RequestServices.GetRequiredService<IBatchEngine>();
        var length = await engine.GetLogLengthAsync(key, job, attempt, context.RequestAborted);
        var offset = Math.Max(0, length - Tail);
        var (text, from, to) = await LogText.ReadAsync(engine.ReadLogAsync(key, job, attempt, offset, false, context.RequestAborted), offset);
        return new LogExcerpt { Url = url, Segments = new AnsiText().Read(text), From = from, To = to, IsLive = isLive };
    }

    private static async Task ReadAsync(HttpContext context)
    {
        var log = await FindAsync(context);
        if (context.Request.Query.ContainsKey("download")) context.Response.Headers.ContentDisposition = $"attachment; filename=\"{log.FileName}\"";
        await LogStream.WriteAsync(context, Read(context, log, 0, false, context.RequestAborted));
    }

    private static async Task SearchAsync(HttpContext context)
    {
        var log = await FindAsync(context);
        var text = context.Request.Query["text"].ToString();
        if (text.Length is 0 or > LongestSearch)
            throw new AnalysisRunnerException([new Problem(PolicyCodes.Parameter, $"The parameter 'text' has {text.Length} characters; give 1 to {LongestSearch} to search for.", "text")]);
        var matches = await LogText.SearchAsync(Read(context, log, 0, false, context.RequestAborted), text, MostMatches);
        await PageAnswer.WriteAsync<LogSearchView>(
            context, PageAnswer.Frame(context, "Search of a log"),
            (nameof(LogSearchView.Url), log.Url), (nameof(LogSearchView.Back), log.Page), (nameof(LogSearchView.Text), text), (nameof(LogSearchView.Limit), MostMatches),
            (nameof(LogSearchView.Matches), matches));
    }

    private static async Task FollowAsync(HttpContext context)
    {
        var log = await FindAsync(context);
        // A browser that was cut off goes on after what it got.
        var last = context.Request.Headers["Last-Event-ID"].ToString();
        var offset = last.Length > 0 ? Requests.Parse("Last-Event-ID", last, 0, long.MaxValue) : Requests.Number(context, "offset", 0, 0, long.MaxValue);
        var cancellation = InvocationRoutes.Streaming(context);
        await ServerSentEvents.WriteAsync(context.Response, Frames(Read(context, log, offset, true, cancellation), offset, cancellation), ServerSentEvents.Heartbeat, cancellation);
        LogStream.BreakOff(context);
    }

    private static async IAsyncEnumerable<string> Frames(IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, long offset, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var ansi = new AnsiText();
        await foreach (var (text, end) in LogText.Decode(pieces, offset).WithCancellation(cancellation))
        {
            var segments = JsonSerializer.Serialize(ansi.Read(text), JsonSerializerOptions.Web);
            yield return string.Create(CultureInfo.InvariantCulture, $"id: {end}\nevent: text\ndata: {segments}\n\n");
        }
        yield return "event: end\ndata:\n\n";
    }

    /// <summary>The log that a request is about, for those who may see it.</summary>
    private static async Task<ShownLog> FindAsync(HttpContext context)
    {
        var reading = context.RequestServices.GetRequiredService<Reading>();
        if (context.GetRouteValue("arGuid") is string wanted)
        {
            var arGuid = (await reading.GetInvocationAsync(context.GetCaller(), wanted, context.RequestAborted)).Invocation.ArGuid;
            var attempt = (await BatchPages.FindAttemptAsync(context, arGuid, DriverBatch.Job))?.Number;
            var page = $"/invocations/{arGuid}";
            return new ShownLog(attempt is { } number ? $"{page}/attempts/{Texts.Number(number)}/log" : $"{page}/log", arGuid, DriverBatch.Job, attempt, page);
        }
        else
        {
            var (key, job) = await BatchPages.FindJobAsync(context);
            var attempt = (await BatchPages.FindAttemptAsync(context, key, job))?.Number;
            var page = BatchUrl.Of(key, job, attempt);
            return new ShownLog($"{page}/log", key, job, attempt, page);
        }
    }

    private static IAsyncEnumerable<ReadOnlyMemory<byte>> Read(HttpContext context, ShownLog log, long offset, bool follow, CancellationToken cancellation) =>
        context.RequestServices.GetRequiredService<IBatchEngine>().ReadLogAsync(log.Key, log.Job, log.Attempt, offset, follow, cancellation);

    /// <summary>The log that a request is about.</summary>
    /// <param name="Url">Its address.</param>
    /// <param name="Key">The batch.</param>
    /// <param name="Job">The job.</param>
    /// <param name="Attempt">The attempt; null is the last one.</param>
    /// <param name="Page">The page that shows its end.</param>
    private sealed record ShownLog(string Url, string Key, int Job, int? Attempt, string Page)
    {
        public string FileName => string.Create(CultureInfo.InvariantCulture, $"{Key}-{Job}{(Attempt is { } number ? $"-{number}" : "")}.log");
    }
}
