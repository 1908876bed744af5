using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Api.TokenExchange;

/// <summary>Answers with errors as clients of OAuth read them (RFC 6749 §5.2, RFC 8693 §2.2.2).</summary>
internal static class TokenExchangeProblems
{
    /// <summary>Writes the answer.</summary>
    public static Task WriteAsync(HttpContext context, IReadOnlyList<Problem> problems, int? status)
    {
        var problem = problems[0];
        var answered = status ?? ApiProblems.StatusOf(problem.Code);
        if (answered == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
        if (answered == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = "1";
        return Requests.AnswerAsync(context, new TokenExchangeError(ErrorOf(problem.Code, answered), Plain($"{problem.Code}: {problem.Message}"), DiagnosticPage.For(problem.Code)), TokenExchangeJson.Default.TokenExchangeError, answered);
    }

    // A token that is not valid makes an invalid request (RFC 8693 §2.2.2). For faults of the server the token endpoint has no words, and clients know those of the other one (RFC 6749 §4.1.2.1).
    private static string ErrorOf(string code, int status) => (code, status) switch
    {
        (TokenExchangeCodes.OtherGrant, _) => "unsupported_grant_type",
        (TokenExchangeCodes.NoTarget, _) => "invalid_target",
        (_, StatusCodes.Status503ServiceUnavailable) => "temporarily_unavailable",
        (_, >= 500) => "server_error",
        _ => "invalid_request",
    };

    // Printable ASCII without quotation mark and backslash is all that a description may hold.
    private static string Plain(string text) => string.Concat(text.Select(c => c switch
    {
        '"' => '\'',
        '\\' => '/',
        < ' ' or > '~' => '?',
        _ => c,
    }));
}
