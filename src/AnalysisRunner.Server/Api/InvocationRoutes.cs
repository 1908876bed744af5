using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Stores;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Api;

/// <summary>Submissions and invocations.</summary>
internal static class InvocationRoutes
{
    private const int MaximumSubmission = 1024 * 1024;

    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/submissions", SubmitAsync);
        routes.MapGet("/api/v1/invocations", ListAsync);
        routes.MapGet("/api/v1/invocations/{arGuid}", GetAsync);
        routes.MapGet("/api/v1/invocations/{arGuid}/config", GetConfigAsync);
        routes.MapGet("/api/v1/invocations/{arGuid}/events", FollowEventsAsync);
        routes.MapGet("/api/v1/invocations/{arGuid}/log", ReadLogAsync);
        routes.MapPost("/api/v1/invocations/{arGuid}/cancel", CancelAsync);
        routes.MapGet("/api/v1/invocations/{arGuid}/approval", GetApprovalAsync);
        routes.MapPost("/api/v1/invocations/{arGuid}/approve", ApproveAsync);
    }

    /// <summary>Has an invocation end: noted first, done then.</summary>
    public static async Task CancelAsync(HttpContext context, string arGuid, string by)
    {
        if (await context.RequestServices.GetRequiredService<IInvocationLog>().RequestCancelAsync(arGuid, by, CancellationToken.None))
        {
            context.RequestServices.GetRequiredService<InvocationRunner>().Wake(arGuid);
        }
    }

    private static async Task SubmitAsync(HttpContext context)
    {
        var caller = context.GetUser();
        var key = Requests.IdempotencyKeyOf(context);
        var request = await Requests.ReadAsync(context, ContractsJson.Default.SubmissionRequest, MaximumSubmission);
        var answer = await context.RequestServices.GetRequiredService<SubmitInvocation>().ExecuteAsync(caller, request, key, [], context.RequestAborted);
        context.Response.Headers.Location = "/api/v1/invocations/" + answer.ArGuid;
        await Requests.AnswerAsync(context, answer, ContractsJson.Default.SubmissionAccepted, StatusCodes.Status202Accepted);
    }

    private static async Task ListAsync(HttpContext context)
    {
        var page = await Read(context).ListAsync(context.GetUser(), InvocationFilters.Parse(context.Request.Query), context.RequestAborted);
        if (page.Next is { } next) Requests.LinkNext(context, InvocationFilters.Format(next));
        IReadOnlyList<Invocation> shown = [.. page.Records.Select(record => record.Invocation)];
        await Requests.AnswerCachedAsync(context, shown, ContractsJson.Default.IReadOnlyListInvocation);
    }

    private static async Task GetAsync(HttpContext context) =>
        await Requests.AnswerCachedAsync(context, (await FindAsync(context)).Invocation, ContractsJson.Default.Invocation);

    private static async Task GetConfigAsync(HttpContext context)
    {
        var invocation = (await FindAsync(context)).Invocation;
        var explain = Requests.Flag(context, "explain");
        var address = explain ? context.RequestServices.GetRequiredService<RunPreparation>().OriginsPath(invocation.ArGuid) : invocation.ConfigPath;
        if (await context.RequestServices.GetRequiredService<ConfigFiles>().ReadShownAsync(address, context.RequestAborted) is not { } text)
        {
            throw new AnalysisRunnerException(PolicyCodes.Unknown, $"The config of invocation '{invocation.ArGuid}' is not written yet, or was never; ask again when it runs.");
        }
        context.Response.ContentType = explain ? "application/json" : "application/toml; charset=utf-8";
        await context.Response.Body.WriteAsync(text, context.RequestAborted);
    }

    private static async Task FollowEventsAsync(HttpContext context)
    {
        var arGuid = (await FindAsync(context)).Invocation.ArGuid;
        var last = context.Request.Headers["Last-Event-ID"].ToString();
        var after = last.Length == 0 ? 0 : Requests.Parse("Last-Event-ID", last, 0, long.MaxValue);
        var cancellation = Streaming(context);
        var events = context.RequestServices.GetRequiredService<IInvocationLog>().FollowEventsAsync(arGuid, after, cancellation);
        await EventStream.WriteAsync(context.Response, events, ServerSentEvents.Heartbeat, cancellation);
        LogStream.BreakOff(context);
    }

    private static async Task ReadLogAsync(HttpContext context)
    {
        var arGuid = (await FindAsync(context)).Invocation.ArGuid;
        var offset = Requests.Number(context, "offset", 0, 0, long.MaxValue);
        var (follow, cancellation) = (Requests.Flag(context, "follow"), Streaming(context));
        await LogStream.WriteAsync(
            context,
            Requests.Attempt(context) is { } attempt
                ? await Read(context).ReadDriverLogAsync(arGuid, attempt, offset, follow, cancellation)
                : Read(context).ReadDriverLogAsync(arGuid, offset, follow, cancellation));
    }

    private static async Task CancelAsync(HttpContext context)
    {
        var user = context.GetUser();
        await CancelAsync(context, (await FindAsync(context)).Invocation.ArGuid, user.Name);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static async Task GetApprovalAsync(HttpContext context)
    {
        var document = await Approving(context).GetDocumentAsync((await FindAsync(context)).Invocation, context.RequestAborted);
        // The very bytes: their SHA-256 is the digest.
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(document), context.RequestAborted);
    }

    private static async Task ApproveAsync(HttpContext context)
    {
        var user = context.GetUser();
        var invocation = (await FindAsync(context)).Invocation;
        var request = await Requests.ReadAsync(context, ContractsJson.Default.ApprovalRequest, MaximumSubmission);
        await Approving(context).ApproveAsync(user, invocation, request.Digest);
        await Requests.AnswerAsync(context, (await FindAsync(context)).Invocation, ContractsJson.Default.Invocation);
    }

    private static Approvals Approving(HttpContext context) => context.RequestServices.GetRequiredService<Approvals>();

    private static Task<InvocationRecord> FindAsync(HttpContext context) =>
        Read(context).GetInvocationAsync(context.GetCaller(), (string)context.GetRouteValue("arGuid")!, context.RequestAborted);

    private static Reading Read(HttpContext context) => context.RequestServices.GetRequiredService<Reading>();

    /// <summary>Ends a stream when its reader leaves or the server does.</summary>
    internal static CancellationToken Streaming(HttpContext context)
    {
        var lifetime = context.RequestServices.GetRequiredService<IHostApplicationLifetime>();
        var linked = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        context.Response.RegisterForDispose(linked);
        return linked.Token;
    }
}
