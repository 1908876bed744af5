using System.Buffers.Text;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Api;

/// <summary>What the end of an invocation left: its outputs, and who was told.</summary>
internal static class OutputRoutes
{
    private const int MaximumPage = 10_000;

    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/invocations/{arGuid}/outputs", ListOutputsAsync);
        routes.MapGet("/api/v1/invocations/{arGuid}/notifications", ListNotificationsAsync);
    }

    /// <summary>The page of outputs that a request's cursor is about, and the cursor of the next page; null when there is none.</summary>
    public static async Task<(IReadOnlyList<InvocationOutput> Shown, string? Next)> ReadPageAsync(HttpContext context, string arGuid, int limit)
    {
        // One more than shown tells whether there is a next page.
        var found = await Log(context).ListOutputsAsync(arGuid, CursorOf(context), limit + 1, context.RequestAborted);
        IReadOnlyList<InvocationOutput> shown = [.. found.Take(limit)];
        return (shown, found.Count > limit ? Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{shown[^1].Category}\n{shown[^1].Path}")) : null);
    }

    private static async Task ListOutputsAsync(HttpContext context)
    {
        var limit = (int)Requests.Number(context, "limit", 1000, 1, MaximumPage);
        var (shown, next) = await ReadPageAsync(context, await FindAsync(context), limit);
        if (next is not null) Requests.LinkNext(context, next);
        await Requests.AnswerAsync(context, shown, ContractsJson.Default.IReadOnlyListInvocationOutput);
    }

    private static async Task ListNotificationsAsync(HttpContext context)
    {
        context.GetUser();
        await Requests.AnswerAsync(
            context, await Log(context).ListNotificationsAsync(await FindAsync(context), context.RequestAborted), ContractsJson.Default.IReadOnlyListNotificationSummary);
    }

    private static (string Category, string Path)? CursorOf(HttpContext context)
    {
        var text = context.Request.Query["cursor"].ToString();
        if (text.Length == 0) return null;
        if (Base64Url.IsValid(text) && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('\n', 2) is [var category, var path] && !path.Contains('\0', StringComparison.Ordinal) && !category.Contains('\0', StringComparison.Ordinal))
        {
            return (category, path);
        }
        throw new AnalysisRunnerException([new Problem(PolicyCodes.Parameter, $"The parameter 'cursor' is {Quoted.Value(text)}; use the link to the next page as it was given.", "cursor")]);
    }

    private static async Task<string> FindAsync(HttpContext context) =>
        (await context.RequestServices.GetRequiredService<Reading>()
            .GetInvocationAsync(context.GetCaller(), (string)context.GetRouteValue("arGuid")!, context.RequestAborted)).Invocation.ArGuid;

    private static IEndLog Log(HttpContext context) => context.RequestServices.GetRequiredService<IEndLog>();
}
