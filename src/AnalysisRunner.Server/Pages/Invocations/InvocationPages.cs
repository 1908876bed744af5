using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Pages.Logs;
using AnalysisRunner.Server.Pages.Shared;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Stores;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Pages.Invocations;

/// <summary>The list of invocations, and one of them.</summary>
internal static class InvocationPages
{
    private const int MostEvents = 200;
    private const int ShownOutputs = 50;

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
        var approvals = context.RequestServices.GetRequiredService<Approvals>();
        // One more than shown tells whether there are more.
        var events = await log.ListEventsAsync(run.ArGuid, Requests.Number(context, "events", 0, 0, long.MaxValue), MostEvents + 1, context.RequestAborted);
        var outputs = await log.ListOutputsAsync(run.ArGuid, null, ShownOutputs + 1, context.RequestAborted);
        var details = new InvocationDetails
        {
            Record = record,
            FirstJobs = await ReadFirstJobsAsync(context, run),
            Events = [.. events.Take(MostEvents)],
            HasMoreEvents = events.Count > MostEvents,
            Notifications = await log.ListNotificationsAsync(run.ArGuid, context.RequestAborted),
            Outputs = [.. outputs.Take(ShownOutputs)],
            HasMoreOutputs = outputs.Count > ShownOutputs,
            Approvers = run.WaitsForApproval ? approvals.ApproversOf(run) : [],
            MayApprove = run.WaitsForApproval && approvals.MayApprove(context.GetCaller(), run),
            Config = await ReadConfigAsync(context, run),
            ConfigFilter = context.Request.Query["config"].ToString(),
            DriverAttempts = await context.RequestServices.GetRequiredService<Engines.IBatchEngine>().GetAttemptsAsync(run.ArGuid, DriverBatch.Job, context.RequestAborted),
            Log = await LogPages.ReadTailAsync(context, $"/invocations/{run.ArGuid}/log", run.ArGuid, DriverBatch.Job, null, record.DriverEndedAt is null && !run.IsFinal),
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
