using System.Text.Json.Nodes;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Pages.Shared;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Submissions;
using Microsoft.AspNetCore.Antiforgery;

namespace AnalysisRunner.Server.Pages.Invocations;

/// <summary>What is done with an invocation: each thing is asked about first, by a page whose form does it.</summary>
internal static class InvocationActions
{
    private const string Digest = "digest";
    private const string Key = "key";
    private const string Variable = "variable ";

    /// <summary>Asks whether an invocation is to be cancelled.</summary>
    public static async Task AskCancelAsync(HttpContext context)
    {
        var run = await FindAsync(context);
        await AskAsync(context, run, "Cancel", "cancel", new Question(
            $"Cancel “{Texts.FirstLine(run.Description)}” of {run.SubmittedBy} on {run.Dataset}? What runs is stopped; what has ended stays.", "Cancel it"));
    }

    /// <summary>Cancels an invocation.</summary>
    public static async Task CancelAsync(HttpContext context)
    {
        var user = context.GetUser();
        var arGuid = (await FindAsync(context)).ArGuid;
        await InvocationRoutes.CancelAsync(context, arGuid, user.Name);
        Show(context, arGuid);
    }

    /// <summary>Asks whether an invocation is to be repeated.</summary>
    public static async Task AskRerunAsync(HttpContext context)
    {
        var run = await FindAsync(context);
        var code = run.Commit.Length == 0 ? "" : $" of commit {run.Commit}";
        await AskAsync(context, run, "Re-run", "rerun", new Question(
            $"Run {RunCommand.Of(run)}{code} again, on {run.Dataset} at level {run.AccessLevel.ToName()}? It is submitted exactly as it was recorded, in your name, and judged by the policy of today.",
            "Run it again")
        {
            // Chosen before the form is sent: a second click repeats the request, and not the run.
            Fields = [(Key, RandomText.Secret())],
            Secrets = [.. run.EnvironmentNames.Select(name => (Variable + name, $"Value of {name}, which the record does not keep"))],
        });
    }

    /// <summary>Repeats an invocation as it was recorded.</summary>
    public static async Task RerunAsync(HttpContext context)
    {
        var user = context.GetUser();
        var run = await FindAsync(context);
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var changes = new JsonObject();
        if (run.EnvironmentNames.Count > 0)
        {
            changes["environment"] = new JsonObject(run.EnvironmentNames.Where(name => form.ContainsKey(Variable + name)).Select(name => KeyValuePair.Create(name, (JsonNode?)form[Variable + name].ToString())));
        }
        var answer = await context.RequestServices.GetRequiredService<RerunInvocation>()
            .ExecuteAsync(user, run, changes, Requests.ParseIdempotencyKey(form[Key].ToString()), context.RequestAborted);
        Show(context, answer.ArGuid);
    }

    /// <summary>Asks whether exactly this request is approved.</summary>
    public static async Task AskApproveAsync(HttpContext context)
    {
        var run = await FindAsync(context);
        var digest = run.Approval?.Digest ?? throw new AnalysisRunnerException(PolicyCodes.Unknown, $"Invocation '{run.ArGuid}' needs no approval.");
        await AskAsync(context, run, "Approve", "approve", new Question(
            $"Approve that {RunCommand.Of(run)} of commit {run.Commit} runs for {run.SubmittedBy} on {run.Dataset} at level {run.AccessLevel.ToName()}? The digest of the request is {digest}.",
            "Approve exactly this")
        {
            Fields = [(Digest, digest)],
        });
    }

    /// <summary>Approves an invocation.</summary>
    public static async Task ApproveAsync(HttpContext context)
    {
        var user = context.GetUser();
        var run = await FindAsync(context);
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        await context.RequestServices.GetRequiredService<Approvals>().ApproveAsync(user, run, form[Digest]);
        Show(context, run.ArGuid);
    }

    /// <summary>Exactly what is to be approved: the bytes whose SHA-256 is the digest.</summary>
    public static async Task ReadApprovalAsync(HttpContext context)
    {
        var document = await context.RequestServices.GetRequiredService<Approvals>().GetDocumentAsync(await FindAsync(context), context.RequestAborted);
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(document, context.RequestAborted);
    }

    private static Task AskAsync(HttpContext context, Invocation run, string title, string action, Question question) =>
        PageAnswer.WriteAsync<Confirmation>(
            context, PageAnswer.Frame(context, title),
            (nameof(Confirmation.Question), question),
            (nameof(Confirmation.Action), $"/invocations/{run.ArGuid}/{action}"),
            (nameof(Confirmation.Back), $"/invocations/{run.ArGuid}"),
            (nameof(Confirmation.Tokens), context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context)));

    private static void Show(HttpContext context, string arGuid) => PageAnswer.SeeOther(context, $"/invocations/{arGuid}");

    private static async Task<Invocation> FindAsync(HttpContext context) =>
        (await context.RequestServices.GetRequiredService<Reading>()
            .GetInvocationAsync(context.GetCaller(), (string)context.GetRouteValue("arGuid")!, context.RequestAborted)).Invocation;
}
