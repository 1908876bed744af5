using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Stores;

namespace AnalysisRunner.Server.Api;

/// <summary>The credentials of a run, for its own jobs.</summary>
internal static class CredentialRoutes
{
    /// <summary>Adds the route.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(RoleVariables.Route, TakeAsync);

    private static async Task TakeAsync(HttpContext context)
    {
        if (context.GetCaller().ArGuid is not { } arGuid)
        {
            throw new AnalysisRunnerException(PolicyCodes.TokenForbidden, "Credentials are for the jobs of a run, which fetch them with the run's own token; use credentials of your own.");
        }
        var services = context.RequestServices;
        var invocation = (await services.GetRequiredService<IInvocationLog>().GetAsync(arGuid, context.RequestAborted))!.Invocation;
        context.Response.Headers.CacheControl = "no-store";
        await Requests.AnswerAsync(context, await services.GetRequiredService<RoleCredentials>().TakeAsync(invocation, context.RequestAborted), ContractsJson.Default.JobCredentials);
    }
}
