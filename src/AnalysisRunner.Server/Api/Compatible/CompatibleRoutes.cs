using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Api.Compatible;

/// <summary>The routes of the original server, by which its client works unmodified (analysis-runner spec §2).</summary>
internal static class CompatibleRoutes
{
    private const int MaximumClientName = 100;

    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/", SubmitAsync);
        routes.MapPost("/config", PreviewAsync);
    }

    /// <summary>Whether a request goes to one of these routes, where a token counts and no cookie does.</summary>
    public static bool Match(HttpRequest request) => HttpMethods.IsPost(request.Method) && request.Path.Value is "/" or "/config";

    private static async Task SubmitAsync(HttpContext context)
    {
        var caller = context.GetUser();
        var body = await CompatibleRequest.ReadSubmissionAsync(context);
        var problems = body.Problems.ToList();
        var policy = context.RequestServices.GetRequiredService<CurrentSettings>().Policy;
        if (policy.Find(body.Request.Dataset) is { Repositories: not null, Project: null } dataset) problems.Insert(0, NoProject(dataset.Name));

        var request = body.Request with { Client = ClientOf(context) };
        var answer = await context.RequestServices.GetRequiredService<SubmitInvocation>().ExecuteAsync(caller, request, null, problems, context.RequestAborted);
        var address = context.RequestServices.GetRequiredService<ServerAddress>();
        if (body.Wait) await WaitAsync(context, answer.ArGuid, address);
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(address.PageOfDriver(answer.ArGuid) + "\n", context.RequestAborted);
    }

    private static async Task PreviewAsync(HttpContext context)
    {
        var caller = context.GetUser();
        var body = await CompatibleRequest.ReadPreviewAsync(context);
        var config = await context.RequestServices.GetRequiredService<ConfigPreview>().ComposeAsync(caller, body.Request, body.Problems, context.RequestAborted);
        context.Response.ContentType = "application/json; charset=utf-8";
        using var answer = new MemoryStream();
        using (var json = new Utf8JsonWriter(answer)) JsonConfig.Write(json, config.Root);
        await context.Response.Body.WriteAsync(answer.ToArray(), context.RequestAborted);
    }

    private static async Task WaitAsync(HttpContext context, string arGuid, ServerAddress address)
    {
        var log = context.RequestServices.GetRequiredService<IInvocationLog>();
        await foreach (var _ in log.FollowEventsAsync(arGuid, 0, InvocationRoutes.Streaming(context)))
        {
            // Only the end matters.
        }
        if ((await log.GetAsync(arGuid, context.RequestAborted))?.Invocation.State != InvocationState.Succeeded)
        {
            throw new AnalysisRunnerException(PolicyCodes.WaitedRunFailed, $"{address.PageOfBatch(arGuid)} failed");
        }
    }

    private static ClientInfo? ClientOf(HttpContext context)
    {
        var agent = context.Request.Headers.UserAgent.ToString().Split(' ')[0];
        return agent.Length is 0 or > MaximumClientName || agent.Any(char.IsControl) ? null
            : agent.Split('/', 2) is [{ Length: > 0 } name, { Length: > 0 } version] ? new ClientInfo(name, version) : new ClientInfo(agent, "unknown");
    }

    /// <summary>What the original says about a dataset that its cloud does not have.</summary>
    internal static Problem NoProject(string dataset) => new(
        PolicyCodes.CompatibleParameter,
        $"The dataset {dataset} does not support the environment 'gcp': it has no project. Have an administrator set 'project' in [datasets.{dataset}].",
        "dataset");
}
