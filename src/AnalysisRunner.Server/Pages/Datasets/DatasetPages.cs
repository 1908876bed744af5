using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Pages.Shared;

namespace AnalysisRunner.Server.Pages.Datasets;

/// <summary>What the reader may run where.</summary>
internal static class DatasetPages
{
    /// <summary>The datasets that the reader is in.</summary>
    public static async Task ListAsync(HttpContext context)
    {
        var datasets = await context.RequestServices.GetRequiredService<Overview>().DescribeDatasetsAsync(context.GetUser(), context.RequestAborted);
        await PageAnswer.WriteAsync<DatasetList>(context, PageAnswer.Frame(context, "Datasets"), (nameof(DatasetList.Datasets), datasets));
    }
}
