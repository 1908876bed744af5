using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Api.Compatible;
using AnalysisRunner.Server.Api.OpenApi;
using AnalysisRunner.Server.Api.TokenExchange;
using AnalysisRunner.Server.Pages;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Submissions;
using AnalysisRunner.Server.Telemetry;

namespace AnalysisRunner.Server.Hosting;

/// <summary>What happens to every request before and after its route.</summary>
internal static class RequestPipeline
{
    /// <summary>Adds the steps in their order, and the routes.</summary>
    public static void Use(WebApplication app)
    {
        var activity = app.Services.GetRequiredService<ServerActivity>();
        var guard = app.Services.GetRequiredService<RequestGuard>();
        var refused = app.Services.GetRequiredService<RefusedTokens>();
        var authentication = app.Services.GetRequiredService<Authentication>();
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(nameof(RequestPipeline));
        var metrics = app.Services.GetRequiredService<ServerMetrics>();
        // Made now, so that nothing is missed before the first who reads it.
        app.Services.GetRequiredService<PrometheusFigures>();

        app.Use(async (context, next) =>
        {
            using var request = activity.Request();
            SecurityHeaders.Set(context.Response.Headers);
            try
            {
                guard.Check(context.Request);
                if (RequestGuard.IsApi(context.Request)) context.SetCaller(await refused.WatchAsync(() => authentication.IdentifyAsync(context.Request.Headers.Authorization, context.RequestAborted)));
                await next(context);
                if (!context.Response.HasStarted && (context.GetEndpoint() is null || context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed)) await RefuseRouteAsync(context);
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                // The caller has left.
            }
            catch (OperationCanceledException) when (context.Response.HasStarted)
            {
                context.Abort(); // The server is stopping: an orderly end would tell the reader that there is no more.
            }
#pragma warning disable CA1031 // The last place that can turn a failure into an answer.
            catch (Exception e)
#pragma warning restore CA1031
            {
                metrics.Refused(ApiProblems.Describe(e)[0].Code);
                await AnswerAsync(context, e, log);
            }
        });
        app.UseRouting();
#pragma warning disable ASP0014 // The routes are mapped by their own classes.
        app.UseEndpoints(routes =>
        {
            RunnerRoutes.Map(routes);
            SignInMetadataRoute.Map(routes);
            CompatibleRoutes.Map(routes);
            InvocationRoutes.Map(routes);
            OutputRoutes.Map(routes);
            RerunRoutes.Map(routes);
            ExportRoutes.Map(routes);
            OverviewRoutes.Map(routes);
            ServerRoutes.Map(routes);
            CredentialRoutes.Map(routes);
            TokenExchangeRoute.Map(routes);
            BatchRoutes.Map(routes);
            OpenApiDocument.Map(routes);
            MetricsRoute.Map(routes);
            SignInRoutes.Map(routes);
            PageRoutes.Map(routes);
        });
#pragma warning restore ASP0014
    }

    private static async Task AnswerAsync(HttpContext context, Exception exception, ILogger log)
    {
        var problems = ApiProblems.Describe(exception);
        if (problems[0].Code == PolicyCodes.InternalError) log.LogError(exception, "{Method} {Path} failed.", context.Request.Method, context.Request.Path);
        else if (problems[0].Code == StoreCodes.ConfigStoreUnusable) log.LogError(exception.InnerException, "{Method} {Path}: the config store cannot be used.", context.Request.Method, context.Request.Path);
        else log.LogInformation("{Method} {Path} refused: {Code}.", context.Request.Method, context.Request.Path, problems[0].Code);
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }
        context.Response.Clear();
        SecurityHeaders.Set(context.Response.Headers);
        if (exception.InnerException is TooSoonException soon) context.Response.Headers.RetryAfter = soon.Seconds.ToString(CultureInfo.InvariantCulture);
        await WriteAsync(context, problems, null);
    }

    private static Task RefuseRouteAsync(HttpContext context)
    {
        var status = context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed ? StatusCodes.Status405MethodNotAllowed : StatusCodes.Status404NotFound;
        Problem[] problems =
        [
            new Problem(PolicyCodes.NoSuchRoute, $"There is no route '{context.Request.Method} {context.Request.Path}' here; check the address and the method."),
        ];
        return WriteAsync(context, problems, status);
    }

    // Whoever asks for pages gets one; the original client, and those of Google, get their own shape, whatever they ask for.
    private static Task WriteAsync(HttpContext context, IReadOnlyList<Problem> problems, int? status)
    {
        if (TokenExchangeRoute.Match(context.Request)) return TokenExchangeProblems.WriteAsync(context, problems, status);
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)) return ApiProblems.WriteAsync(context, problems, status);
        return PageRoutes.Match(context.Request) ? PageRoutes.WriteProblemsAsync(context, problems, status) : CompatibleProblems.WriteAsync(context, problems, status);
    }
}
