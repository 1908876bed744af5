using System.Diagnostics;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record;

namespace AnalysisRunner.Server.Api;

/// <summary>Turns refusals and failures into problem details, with all problems at once and a trace id.</summary>
internal static class ApiProblems
{
    private const string ContentType = "application/problem+json";

    /// <summary>The HTTP status that goes with a code.</summary>
    public static int StatusOf(string code) => code switch
    {
        PolicyCodes.MalformedRequest or PolicyCodes.IdempotencyKey or PolicyCodes.Parameter
            or TokenExchangeCodes.Malformed or TokenExchangeCodes.OtherGrant or TokenExchangeCodes.NoTarget => StatusCodes.Status400BadRequest,
        PolicyCodes.TokenMissing or PolicyCodes.TokenInvalid or PolicyCodes.NotSignedIn or PolicyCodes.EmailMissing or PolicyCodes.EmailNotVerified => StatusCodes.Status401Unauthorized,
        PolicyCodes.TokenForbidden or PolicyCodes.BadHost or PolicyCodes.BadOrigin or PolicyCodes.CodeSpent or PolicyCodes.NotOnDefaultBranch
            or PolicyCodes.DatasetUnknown or PolicyCodes.NotMember or PolicyCodes.LevelNotAvailable or PolicyCodes.NotMemberOfLevel or PolicyCodes.RepositoryNotAllowed
            or PolicyCodes.RepositorylessNotAllowed or PolicyCodes.ImageNotAllowed or PolicyCodes.UncommittedConfigNotAllowed or PolicyCodes.LevelNotEnforced
            or PolicyCodes.OtherRepositoryOfWorkflow or IdentityCodes.OwnApproval or IdentityCodes.SubmitterNotAllowed or EndCodes.DenialsNotAllowed or ServerCodes.AdministratorsOnly or EndCodes.SignInNotBegun
                or EndCodes.SignInFailed => StatusCodes.Status403Forbidden,
        PolicyCodes.Unknown or PolicyCodes.NoSuchRoute => StatusCodes.Status404NotFound,
        PolicyCodes.Busy or PolicyCodes.KeyReused or PolicyCodes.InvocationEnded
            or IdentityCodes.NotWaiting or IdentityCodes.OtherDigest or IdentityCodes.ApprovalExpired or ServerCodes.NotLost => StatusCodes.Status409Conflict,
        PolicyCodes.TooLarge => StatusCodes.Status413PayloadTooLarge,
        PolicyCodes.InternalError or PolicyCodes.GitFailed or PolicyCodes.GitMissing or PolicyCodes.TemplateMissing or StoreCodes.TemplateStorage => StatusCodes.Status500InternalServerError,
        PolicyCodes.RepositoryUnreachable or ImageCodes.NotResolved or IdentityCodes.RoleNotGiven or TokenExchangeCodes.AccountNotGiven => StatusCodes.Status502BadGateway,
        DurabilityCodes.TooManySubmissions or DurabilityCodes.TooManyUnfinished => StatusCodes.Status429TooManyRequests,
        PolicyCodes.ShuttingDown or PolicyCodes.KeysUnavailable or PolicyCodes.DatabaseUnusable or DurabilityCodes.RecordUnavailable or DurabilityCodes.DiskFull or StoreCodes.ConfigStoreUnusable or TokenExchangeCodes.AccountUnavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status422UnprocessableEntity,
    };

    /// <summary>What an exception means to the caller; what only the server may know stays in its log under the trace id.</summary>
    public static IReadOnlyList<Problem> Describe(Exception exception) => exception switch
    {
        AnalysisRunnerException refusal => refusal.Problems,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            [new Problem(PolicyCodes.TooLarge, "The request's body is larger than this route takes; send less, for example by committing what it holds.")],
        BadHttpRequestException bad => [new Problem(PolicyCodes.MalformedRequest, $"The request is malformed: {bad.Message}")],
        _ when RecordFailure.Describe(exception) is { } outage => [outage],
        _ => [new Problem(PolicyCodes.InternalError, "The server failed; its log (runner.log in the state folder) has the reason under this answer's trace id.")],
    };

    /// <summary>Writes the answer.</summary>
    public static async Task WriteAsync(HttpContext context, IReadOnlyList<Problem> problems, int? status = null)
    {
        var first = problems[0];
        var answer = new ApiProblem
        {
            Type = DiagnosticPage.For(first.Code),
            Title = problems.Count == 1 ? "The request was refused." : $"The request was refused for {problems.Count} reasons.",
            Status = status ?? StatusOf(first.Code),
            Code = first.Code,
            Detail = first.Message,
            TraceId = TraceOf(context),
            Problems = problems,
        };
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = ContentType;
        if (answer.Status == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
        if (answer.Status == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = "1";
        await JsonSerializer.SerializeAsync(context.Response.Body, answer, ContractsJson.Default.ApiProblem, context.RequestAborted);
    }

    /// <summary>Finds the request in the server's log.</summary>
    public static string TraceOf(HttpContext context) => Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;
}
