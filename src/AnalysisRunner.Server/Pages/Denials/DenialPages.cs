using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Pages.Shared;

namespace AnalysisRunner.Server.Pages.Denials;

/// <summary>What was refused and why, for those who answer for a dataset.</summary>
internal static class DenialPages
{
    private const int PageSize = 100;

    /// <summary>The refusals that the reader may look into, the newest first.</summary>
    public static async Task ListAsync(HttpContext context)
    {
        var (shown, next) = await OverviewRoutes.ReadDenialsAsync(context, PageSize);
        await PageAnswer.WriteAsync<DenialList>(
            context, PageAnswer.Frame(context, "Denials"),
            (nameof(DenialList.Denials), shown), (nameof(DenialList.Dataset), context.Request.Query["dataset"].ToString()), (nameof(DenialList.Next), next));
    }
}
