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

    /// <summary>Adds the routes of driver logs and of job logs.</summary>
    public static void Map(IEndpointRouteBuilder routes, Func<RequestDelegate, RequestDelegate> page)
    {
        foreach (var log in new[] { "/invocations/{arGuid}/log", "/batches/{key}/jobs/{job}/log" })
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
    /// <param name="isLive">Whether more may come.</param>
    public static async Task<LogExcerpt> ReadTailAsync(HttpContext context, string url, string key, int job, bool isLive)
    {
        var engine = context.RequestServices.GetRequiredService<IBatchEngine>();
        var length = await engine.GetLogLengthAsync(key, job, context.RequestAborted);
        var offset = Math.Max(0, length - Tail);
        var (text, from, to) = await LogText.ReadAsync(engine.ReadLogAsync(key, job, offset, false, context.RequestAborted), offset);
        return new LogExcerpt { Url = url, Segments = new AnsiText().Read(text), From = from, To = to, IsLive = isLive };
    }

    private static async Task ReadAsync(HttpContext context)
    {
        var (_, key, job, _) = await FindAsync(context);
        if (context.Request.Query.ContainsKey("download")) context.Response.Headers.ContentDisposition = $"attachment; filename=\"{key}-{job.ToString(CultureInfo.InvariantCulture)}.log\"";
        await LogStream.WriteAsync(context, Engine(context).ReadLogAsync(key, job, 0, false, context.RequestAborted));
    }

    private static async Task SearchAsync(HttpContext context)
    {
        var (url, key, job, back) = await FindAsync(context);
        var text = context.Request.Query["text"].ToString();
        if (text.Length is 0 or > LongestSearch)
            throw new AnalysisRunnerException([new Problem(PolicyCodes.Parameter, $"The parameter 'text' has {text.Length} characters; give 1 to {LongestSearch} to search for.", "text")]);
        var matches = await LogText.SearchAsync(Engine(context).ReadLogAsync(key, job, 0, false, context.RequestAborted), text, MostMatches);
        await PageAnswer.WriteAsync<LogSearchView>(
            context, PageAnswer.Frame(context, "Search of a log"),
            (nameof(LogSearchView.Url), url), (nameof(LogSearchView.Back), back), (nameof(LogSearchView.Text), text), (nameof(LogSearchView.Limit), MostMatches),
            (nameof(LogSearchView.Matches), matches));
    }

    private static async Task FollowAsync(HttpContext context)
    {
        var (_, key, job, _) = await FindAsync(context);
        // A browser that was cut off goes on after what it got.
        var last = context.Request.Headers["Last-Event-ID"].ToString();
        var offset = last.Length > 0 ? Requests.Parse("Last-Event-ID", last, 0, long.MaxValue) : Requests.Number(context, "offset", 0, 0, long.MaxValue);
        var cancellation = InvocationRoutes.Streaming(context);
        await ServerSentEvents.WriteAsync(context.Response, Frames(Engine(context).ReadLogAsync(key, job, offset, true, cancellation), offset, cancellation), ServerSentEvents.Heartbeat, cancellation);
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
    private static async Task<(string Url, string Key, int Job, string Back)> FindAsync(HttpContext context)
    {
        var reading = context.RequestServices.GetRequiredService<Reading>();
        if (context.GetRouteValue("arGuid") is string wanted)
        {
            var arGuid = (await reading.GetInvocationAsync(context.GetCaller(), wanted, context.RequestAborted)).Invocation.ArGuid;
            return ($"/invocations/{arGuid}/log", arGuid, DriverBatch.Job, $"/invocations/{arGuid}");
        }
        var (key, job) = await BatchPages.FindJobAsync(context);
        return ($"{BatchUrl.Of(key, job)}/log", key, job, BatchUrl.Of(key, job));
    }

    private static IBatchEngine Engine(HttpContext context) => context.RequestServices.GetRequiredService<IBatchEngine>();
}
