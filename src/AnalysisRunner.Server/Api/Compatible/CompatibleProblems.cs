using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Api.Compatible;

/// <summary>Answers with the original's error shape (analysis-runner spec §2.1): its traceback told strangers about the server, so a trace id stands there.</summary>
internal static class CompatibleProblems
{
    /// <summary>The status that the original answers with (analysis-runner spec appendix B); type errors, which were 500 there, are the caller's fault here.</summary>
    public static int StatusOf(HttpContext context, string code) => code switch
    {
        PolicyCodes.TokenMissing => context.Request.Headers.Authorization.Count == 0 ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden,
        PolicyCodes.TokenInvalid or PolicyCodes.EmailNotVerified => StatusCodes.Status403Forbidden,
        PolicyCodes.EmailMissing or PolicyCodes.ImageNotAllowed or PolicyCodes.LevelNotAvailable or PolicyCodes.TemplateMissing => StatusCodes.Status400BadRequest,
        PolicyCodes.WaitedRunFailed => StatusCodes.Status500InternalServerError,
        _ => ApiProblems.StatusOf(code) is var status and not StatusCodes.Status422UnprocessableEntity ? status : StatusCodes.Status400BadRequest,
    };

    /// <summary>Writes the answer.</summary>
    public static Task WriteAsync(HttpContext context, IReadOnlyList<Problem> problems, int? status = null)
    {
        var code = status ?? StatusOf(context, problems[0].Code);
        var message = code switch
        {
            StatusCodes.Status404NotFound => "Not Found",
            StatusCodes.Status405MethodNotAllowed => "Method Not Allowed",
            StatusCodes.Status413PayloadTooLarge => "Request Entity Too Large",
            _ => string.Join('\n', problems.Select(problem => problem.Message)),
        };
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        if (code == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("message", message);
            json.WriteBoolean("success", false);
            json.WriteString("traceback", $"{string.Join(", ", problems.Select(problem => problem.Code).Distinct())}; trace id {ApiProblems.TraceOf(context)}");
            json.WriteEndObject();
        }
        return context.Response.Body.WriteAsync(body.ToArray(), context.RequestAborted).AsTask();
    }
}
