using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Runs;

namespace AnalysisRunner.Server.Api;

/// <summary>The servers that share the invocation log, for administrators.</summary>
internal static class ServerRoutes
{
    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/servers", ListAsync);
        routes.MapPost("/api/v1/servers/{name}/lost", DeclareLostAsync);
    }

    private static async Task ListAsync(HttpContext context) =>
        await Requests.AnswerAsync(context, await Of(context).ListAsync(context.GetUser(), context.RequestAborted), ContractsJson.Default.IReadOnlyListServerSummary);

    private static async Task DeclareLostAsync(HttpContext context) =>
        await Requests.AnswerAsync(context, await Of(context).DeclareAsync(context.GetUser(), (string)context.GetRouteValue("name")!, context.RequestAborted), ContractsJson.Default.ServerLost);

    private static LostServers Of(HttpContext context) => context.RequestServices.GetRequiredService<LostServers>();
}
