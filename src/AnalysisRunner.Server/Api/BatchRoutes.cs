using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Runs;

namespace AnalysisRunner.Server.Api;

/// <summary>Batches and their jobs.</summary>
internal static class BatchRoutes
{
    // A batch of a million jobs is a body of this order; it is read as a stream.
    private const long MaximumBatch = 256L * 1024 * 1024;
    private const int MaximumPage = 10_000;

    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/batches", SubmitAsync);
        routes.MapGet("/api/v1/batches/{key}", GetAsync);
        routes.MapGet("/api/v1/batches/{key}/jobs", GetJobsAsync);
        routes.MapGet("/api/v1/batches/{key}/jobs/{job}/log", ReadLogAsync);
    }

    private static async Task SubmitAsync(HttpContext context)
    {
        var spec = await Requests.ReadAsync(context, ContractsJson.Default.BatchSpec, MaximumBatch);
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

    private static async Task ReadLogAsync(HttpContext context)
    {
        var job = (int)Requests.Parse("job", (string)context.GetRouteValue("job")!, 1, int.MaxValue);
        var offset = Requests.Number(context, "offset", 0, 0, long.MaxValue);
        await LogStream.WriteAsync(
            context,
            await Read(context).ReadJobLogAsync(
                context.GetCaller(), Key(context), job, offset, Requests.Flag(context, "follow"), InvocationRoutes.Streaming(context)));
    }

    private static string Key(HttpContext context) => (string)context.GetRouteValue("key")!;

    private static Reading Read(HttpContext context) => context.RequestServices.GetRequiredService<Reading>();
}
