using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Api;

/// <summary>Who one is, what one may run where, and what was refused.</summary>
internal static class OverviewRoutes
{
    private const int MaximumPage = 1000;

    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/whoami", IdentifyAsync);
        routes.MapGet("/api/v1/datasets", ListDatasetsAsync);
        routes.MapGet("/api/v1/denials", ListDenialsAsync);
    }

    private static async Task IdentifyAsync(HttpContext context) =>
        await Requests.AnswerAsync(context, await Of(context).IdentifyAsync(context.GetCaller(), context.RequestAborted), ContractsJson.Default.WhoAmI);

    private static async Task ListDatasetsAsync(HttpContext context) => await Requests.AnswerCachedAsync(
        context, await Of(context).DescribeDatasetsAsync(context.GetUser(), context.RequestAborted), ContractsJson.Default.IReadOnlyListDatasetSummary);

    /// <summary>The page of denials that a request asks for, and the id before which the next page begins; null when there is none.</summary>
    public static async Task<(IReadOnlyList<DenialSummary> Shown, long? Next)> ReadDenialsAsync(HttpContext context, int limit)
    {
        var before = Requests.Number(context, "before", long.MaxValue, 1, long.MaxValue);
        var dataset = context.Request.Query["dataset"].ToString();
        if (dataset.Length > 0 && !DatasetName.TryParse(dataset, out _))
        {
            throw new AnalysisRunnerException([new Problem(PolicyCodes.Parameter, $"The parameter 'dataset' is {Quoted.Value(dataset)}, which is no dataset's name; give one name, or leave it out.", "dataset")]);
        }
        var found = await Of(context).ListDenialsAsync(
            context.GetUser(), dataset.Length == 0 ? null : dataset, before, limit + 1, context.RequestAborted);
        IReadOnlyList<DenialSummary> shown = [.. found.Take(limit)];
        return (shown, found.Count > limit ? shown[^1].Id : null);
    }

    private static async Task ListDenialsAsync(HttpContext context)
    {
        var (shown, next) = await ReadDenialsAsync(context, (int)Requests.Number(context, "limit", 100, 1, MaximumPage));
        if (next is { } before) Requests.LinkNext(context, "before", before.ToString(CultureInfo.InvariantCulture));
        await Requests.AnswerAsync(context, shown, ContractsJson.Default.IReadOnlyListDenialSummary);
    }

    private static Overview Of(HttpContext context) => context.RequestServices.GetRequiredService<Overview>();
}
