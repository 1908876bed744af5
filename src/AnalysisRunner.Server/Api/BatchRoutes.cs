using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Api;

/// <summary>Batches and their jobs.</summary>
internal static class BatchRoutes
{
    private const int MaximumPage = 10_000;

    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/batches", SubmitAsync);
        routes.MapGet("/api/v1/batches/{key}", GetAsync);
        routes.MapGet("/api/v1/batches/{key}/jobs", GetJobsAsync);
        routes.MapGet("/api/v1/batches/{key}/groups", GetGroupsAsync);
        routes.MapGet("/api/v1/batches/{key}/jobs/{job}/attempts", GetAttemptsAsync);
        routes.MapGet("/api/v1/batches/{key}/jobs/{job}/log", ReadLogAsync);
    }

    private static async Task SubmitAsync(HttpContext context)
    {
        var limit = context.RequestServices.GetRequiredService<CurrentSettings>().Value.BatchLimit;
        var spec = await ReadAsync(context, limit);
        var answer = await context.RequestServices.GetRequiredService<BatchHandover>().ExecuteAsync(context.GetCaller(), spec, context.RequestAborted);
        await Requests.AnswerAsync(context, answer, ContractsJson.Default.BatchAccepted, StatusCodes.Status202Accepted);
    }

    private static async Task GetAsync(HttpContext context) =>
        await Requests.AnswerAsync(
            context, await Read(context).GetBatchAsync(context.GetCaller(), Key(context), context.RequestAborted), ContractsJson.Default.BatchSummary);

    private static async Task GetJobsAsync(HttpContext context)
    {
        var after = (int)Requests.Number(context, "after", 0, 0, int.MaxValue);
        var limit = (int)Requests.Number(context, "limit", 1000, 1, MaximumPage);
        await Requests.AnswerAsync(
            context,
            await Read(context).GetJobsAsync(context.GetCaller(), Key(context), after, limit, context.RequestAborted),
            ContractsJson.Default.IReadOnlyListJobSummary);
    }

    private static async Task GetGroupsAsync(HttpContext context) =>
        await Requests.AnswerAsync(
            context, await Read(context).GetGroupsAsync(context.GetCaller(), Key(context), context.RequestAborted), ContractsJson.Default.IReadOnlyListJobGroupSummary);

    private static async Task GetAttemptsAsync(HttpContext context) =>
        await Requests.AnswerAsync(
            context, await Read(context).GetAttemptsAsync(context.GetCaller(), Key(context), Job(context), context.RequestAborted), ContractsJson.Default.IReadOnlyListAttemptSummary);

    private static async Task ReadLogAsync(HttpContext context)
    {
        var offset = Requests.Number(context, "offset", 0, 0, long.MaxValue);
        await LogStream.WriteAsync(
            context,
            await Read(context).ReadJobLogAsync(
                context.GetCaller(), Key(context), Job(context), Requests.Attempt(context), offset, Requests.Flag(context, "follow"), InvocationRoutes.Streaming(context)));
    }

    private static async Task<BatchSpec> ReadAsync(HttpContext context, long limit)
    {
        try
        {
            return await Requests.ReadAsync(context, ContractsJson.Default.BatchSpec, limit);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw new AnalysisRunnerException(
                PolicyCodes.TooLarge,
                string.Create(CultureInfo.InvariantCulture, $"The batch is larger than {limit >> 20} MiB of JSON, the limit of 'batch_limit_mb' of this server. Hand it over in several batches, bring long texts of commands as files, or have the limit raised."),
                e);
        }
    }

    private static int Job(HttpContext context) => (int)Requests.Parse("job", (string)context.GetRouteValue("job")!, 1, int.MaxValue);

    private static string Key(HttpContext context) => (string)context.GetRouteValue("key")!;

    private static Reading Read(HttpContext context) => context.RequestServices.GetRequiredService<Reading>();
}
