using System.Text.Json;
using System.Text.Json.Nodes;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Api;

/// <summary>The route that repeats an invocation.</summary>
internal static class RerunRoutes
{
    private const int MaximumBody = 1024 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Adds the route.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/api/v1/invocations/{arGuid}/rerun", RerunAsync);

    private static async Task RerunAsync(HttpContext context)
    {
        var user = context.GetUser();
        var key = Requests.IdempotencyKeyOf(context);
        var repeated = await context.RequestServices.GetRequiredService<Reading>()
            .GetInvocationAsync(user, (string)context.GetRouteValue("arGuid")!, context.RequestAborted);
        var changes = await ReadChangesAsync(context);
        var answer = await context.RequestServices.GetRequiredService<RerunInvocation>()
            .ExecuteAsync(user, repeated.Invocation, changes, key, context.RequestAborted);
        context.Response.Headers.Location = "/api/v1/invocations/" + answer.ArGuid;
        await Requests.AnswerAsync(context, answer, ContractsJson.Default.SubmissionAccepted, StatusCodes.Status202Accepted);
    }

    // No body at all changes nothing.
    private static async Task<JsonObject> ReadChangesAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (body.Length == 0) return [];
        if (body.Length > MaximumBody) throw new AnalysisRunnerException(PolicyCodes.TooLarge, $"The request's body is larger than {MaximumBody} bytes, which is what this route takes; send less.");
        try
        {
            using var document = JsonDocument.Parse(body.ToArray(), Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new JsonException("It is no object.");
            return JsonObject.Create(document.RootElement.Clone())!;
        }
        catch (JsonException e)
        {
            throw new AnalysisRunnerException(PolicyCodes.MalformedRequest, $"The request's body is not the JSON that this route takes: {e.Message} Send an object of the members to change, or no body.", e);
        }
    }
}
