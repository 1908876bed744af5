using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Pages.Shared;

namespace AnalysisRunner.Server.Pages.Invocations;

/// <summary>The outputs of an invocation, as they were listed at its end.</summary>
internal static class OutputPages
{
    private const int PageSize = 500;

    /// <summary>All of them, page by page.</summary>
    public static async Task ListAsync(HttpContext context)
    {
        var run = (await context.RequestServices.GetRequiredService<Reading>()
            .GetInvocationAsync(context.GetCaller(), (string)context.GetRouteValue("arGuid")!, context.RequestAborted)).Invocation;
        var (shown, next) = await OutputRoutes.ReadPageAsync(context, run.ArGuid, PageSize);
        await PageAnswer.WriteAsync<OutputList>(
            context, PageAnswer.Frame(context, $"Outputs of {Texts.FirstLine(run.Description)}"),
            (nameof(OutputList.Run), run), (nameof(OutputList.Outputs), shown), (nameof(OutputList.Next), next));
    }
}
