using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Pages.Logs;
using AnalysisRunner.Server.Pages.Shared;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Stores;
using AnalysisRunner.Server.Submissions;
using Microsoft.AspNetCore.Antiforgery;

namespace AnalysisRunner.Server.Pages.Invocations;

/// <summary>The list of invocations, and what is done with one.</summary>
internal static class InvocationPages
{
    private const int MostEvents = 1000;

    /// <summary>Of how many batches jobs are shown, and how many of each: all of a small run, and of a large one enough to see how it goes.</summary>
    private const int ShownBatches = 5;
    private const int ShownJobs = 20;

    /// <summary>The list, filtered by the query.</summary>
    public static async Task ListAsync(HttpContext context)
    {
        // A form sends its empty fields too; they filter nothing.
        var given = context.Request.Query.Where(pair => pair.Value.ToString().Length > 0).ToDictionary(pair => pair.Key, pair => pair.Value);
        var query = InvocationFilters.Parse(new QueryCollection(given));
        var page = await Read(context).ListAsync(context.GetCaller(), query, context.RequestAborted);
        var frame = PageAnswer.Frame(context, "Invocations") with { EventsUrl = query.After is null ? "/invocations/events" : null };
        await PageAnswer.WriteAsync<InvocationList>(
            context, frame,
            (nameof(InvocationList.Url), new ListUrl(given.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()))),
            (nameof(InvocationList.Page), page),
            (nameof(InvocationList.NextCursor), page.Next is { } next ? InvocationFilters.Format(next) : null),
            (nameof(InvocationList.Now), Now(context)));
    }

    /// <summary>One invocation.</summary>
    public static async Task ShowAsync(HttpContext context)
    {
        var record = await FindAsync(context);
        var run = record.Invocation;
        var log = context.RequestServices.GetRequiredService<IInvocationLog>();
        var details = new InvocationDetails
        {
            Record = record,
            FirstJobs = await ReadFirstJobsAsync(context, run),
            Events = await log.ListEventsAsync(run.ArGuid, 0, MostEvents, context.RequestAborted),
            Config = await ReadConfigAsync(context, run),
            ConfigFilter = context.Request.Query["config"].ToString(),
            Log = await LogPages.ReadTailAsync(context, $"/invocations/{run.ArGuid}/log", run.ArGuid, DriverBatch.Job, record.DriverEndedAt is null && !run.IsFinal),
            Now = Now(context),
        };
        var frame = PageAnswer.Frame(context, Texts.FirstLine(run.Description)) with { EventsUrl = run.IsFinal ? null : $"/invocations/{run.ArGuid}/events" };
        await PageAnswer.WriteAsync<InvocationView>(context, frame, (nameof(InvocationView.Details), details));
    }

    /// <summary>The config as a file.</summary>
    public static async Task ReadConfigFileAsync(HttpContext context)
    {
        var run = (await FindAsync(context)).Invocation;
        var text = await context.RequestServices.GetRequiredService<ConfigFiles>().ReadShownAsync(run.ConfigPath, context.RequestAborted)
            ?? throw new AnalysisRunnerException(Contracts.Codes.PolicyCodes.Unknown, $"The config of invocation '{run.ArGuid}' is not written yet, or was never.");
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.Body.WriteAsync(text, context.RequestAborted);
    }

    /// <summary>Announces changes of one invocation, for as long as it changes.</summary>
    public static async Task FollowAsync(HttpContext context)
    {
        var arGuid = (await FindAsync(context)).Invocation.ArGuid;
        var log = context.RequestServices.GetRequiredService<IInvocationLog>();
        await PageEvents.WriteAsync(context, PageEvents.OfInvocation(log, context.RequestServices.GetRequiredService<Engines.IBatchEngine>(), arGuid, InvocationRoutes.Streaming(context)));
    }

    /// <summary>Asks whether an invocation is to be cancelled.</summary>
    public static async Task AskCancelAsync(HttpContext context)
    {
        var run = (await FindAsync(context)).Invocation;
        await AskAsync(context, run, "Cancel", $"Cancel “{Texts.FirstLine(run.Description)}” of {run.SubmittedBy} on {run.Dataset}? What runs is stopped; what has ended stays.", "Cancel it", "cancel");
    }

    /// <summary>Cancels an invocation.</summary>
    public static async Task CancelAsync(HttpContext context)
    {
        var arGuid = (await FindAsync(context)).Invocation.ArGuid;
        await InvocationRoutes.CancelAsync(context, arGuid, context.GetCaller().Name);
        Show(context, arGuid);
    }

    /// <summary>Asks whether exactly this request is approved.</summary>
    public static async Task AskApproveAsync(HttpContext context)
    {
        var run = (await FindAsync(context)).Invocation;
        var digest = run.Approval?.Digest ?? throw new AnalysisRunnerException(Contracts.Codes.PolicyCodes.Unknown, $"Invocation '{run.ArGuid}' needs no approval.");
        await AskAsync(
            context, run, "Approve",
            $"Approve that {RunCommand.Of(run)} of commit {run.Commit} runs for {run.SubmittedBy} on {run.Dataset} at level {run.AccessLevel.ToName()}? The digest of the request is {digest}.",
            "Approve exactly this", "approve", ("digest", digest));
    }

    /// <summary>Approves an invocation.</summary>
    public static async Task ApproveAsync(HttpContext context)
    {
        var run = (await FindAsync(context)).Invocation;
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        await context.RequestServices.GetRequiredService<Approvals>().ApproveAsync(context.GetCaller(), run, form["digest"]);
        Show(context, run.ArGuid);
    }

    private static Task AskAsync(HttpContext context, Invocation run, string title, string question, string button, string action, params (string Name, string Value)[] fields) =>
        PageAnswer.WriteAsync<Confirmation>(
            context, PageAnswer.Frame(context, title),
            (nameof(Confirmation.Question), question),
            (nameof(Confirmation.Button), button),
            (nameof(Confirmation.Action), $"/invocations/{run.ArGuid}/{action}"),
            (nameof(Confirmation.Back), $"/invocations/{run.ArGuid}"),
            (nameof(Confirmation.Fields), fields),
            (nameof(Confirmation.Tokens), context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context)));

    private static void Show(HttpContext context, string arGuid)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = $"/invocations/{arGuid}";
    }

    private static async Task<IReadOnlyDictionary<string, IReadOnlyList<JobSummary>>> ReadFirstJobsAsync(HttpContext context, Invocation run)
    {
        var engine = context.RequestServices.GetRequiredService<Engines.IBatchEngine>();
        var jobs = new Dictionary<string, IReadOnlyList<JobSummary>>();
        foreach (var batch in run.Batches.Take(ShownBatches)) jobs[batch.Key] = await engine.GetJobsAsync(batch.Key, 0, ShownJobs, context.RequestAborted);
        return jobs;
    }

    private static async Task<IReadOnlyList<ConfigKey>?> ReadConfigAsync(HttpContext context, Invocation run)
    {
        var origins = context.RequestServices.GetRequiredService<RunPreparation>().OriginsPath(run.ArGuid);
        return await context.RequestServices.GetRequiredService<ConfigFiles>().ReadShownAsync(origins, context.RequestAborted) is { } text ? ConfigKey.Read(text) : null;
    }

    private static Task<InvocationRecord> FindAsync(HttpContext context) =>
        Read(context).GetInvocationAsync(context.GetCaller(), (string)context.GetRouteValue("arGuid")!, context.RequestAborted);

    private static DateTimeOffset Now(HttpContext context) => context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();

    private static Reading Read(HttpContext context) => context.RequestServices.GetRequiredService<Reading>();
}
