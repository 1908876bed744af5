using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Security;

namespace AnalysisRunner.Server.Api;

/// <summary>The runner itself: its version, sign-in codes, its end.</summary>
internal static class RunnerRoutes
{
    /// <summary>This server's version.</summary>
    public static string Version { get; } = typeof(RunnerRoutes).Assembly.GetName().Version!.ToString(3);

    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", context =>
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            return context.Response.WriteAsync("ok\n", context.RequestAborted);
        });
        routes.MapGet("/readyz", async context =>
        {
            var answer = await context.RequestServices.GetRequiredService<Readiness>().DescribeAsync();
            context.Response.StatusCode = answer.AcceptsWork ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync(answer.Text, context.RequestAborted);
        });
        routes.MapGet("/api/v1/version", GetVersionAsync);
        routes.MapPost("/api/v1/sign-in-codes", CreateSignInCodeAsync);
        routes.MapPost("/api/v1/shutdown", ShutDownAsync);
    }

    private static Task GetVersionAsync(HttpContext context)
    {
        var isIdle = context.RequestServices.GetRequiredService<ServerActivity>().IsIdle;
        return Requests.AnswerAsync(
            context,
            new ServerVersion(ServerVersion.ProductName, Version, ServerVersion.ApiLevel, context.GetCaller().IsOwner, isIdle, Environment.ProcessId),
            ContractsJson.Default.ServerVersion);
    }

    private static Task CreateSignInCodeAsync(HttpContext context)
    {
        var (code, expiresAt) = context.RequestServices.GetRequiredService<SignIn>().NewCode(context.GetUser());
        var address = context.RequestServices.GetRequiredService<ServerAddress>();
        return Requests.AnswerAsync(context, new SignInLink($"{address.Url}/invocations?code={code}", expiresAt), ContractsJson.Default.SignInLink);
    }

    private static Task ShutDownAsync(HttpContext context)
    {
        context.GetOwner();
        if (!context.RequestServices.GetRequiredService<ServerActivity>().TryClose(Requests.Flag(context, "force")))
        {
            throw new AnalysisRunnerException(
                PolicyCodes.Busy, "Invocations are running, so the runner does not shut down; wait for them, or force it: they go on, and the next runner takes them up.");
        }
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        var lifetime = context.RequestServices.GetRequiredService<IHostApplicationLifetime>();
        context.Response.OnCompleted(() =>
        {
            lifetime.StopApplication();
            return Task.CompletedTask;
        });
        return Task.CompletedTask;
    }
}
