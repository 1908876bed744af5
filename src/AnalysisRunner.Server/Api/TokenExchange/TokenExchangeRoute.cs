using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Stores;
using AnalysisRunner.Storage.Gcs;

namespace AnalysisRunner.Server.Api.TokenExchange;

/// <summary>
/// Exchanges the token of a run for one of its level's Google service account (RFC 8693), for the clients of Google in its jobs. It lies beside the API because the token
/// comes in the form, where these clients put it, and in no header.
/// </summary>
internal static class TokenExchangeRoute
{
    /// <summary>Adds the route.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(AccountVariables.Route, ExchangeAsync);

    /// <summary>Whether a request is for the route, and its refusal in the form of RFC 6749.</summary>
    public static bool Match(HttpRequest request) => request.Path.Equals(AccountVariables.Route, StringComparison.OrdinalIgnoreCase);

    private static async Task ExchangeAsync(HttpContext context)
    {
        var (services, cancellation) = (context.RequestServices, context.RequestAborted);
        var request = await TokenExchangeRequest.ReadAsync(context);
        var tokens = services.GetRequiredService<BearerTokens>();
        await services.GetRequiredService<RefusedTokens>().WatchAsync(() => Task.FromResult(Identify(tokens, request)));
        var invocation = (await services.GetRequiredService<IInvocationLog>().GetAsync(request.ArGuid, cancellation))!.Invocation;
        var given = await services.GetRequiredService<AccountTokens>().TakeAsync(invocation, cancellation);
        var left = (long)(given.ExpiresAt - services.GetRequiredService<TimeProvider>().GetUtcNow()).TotalSeconds;
        var answer = new TokenExchangeAnswer(given.Text, AccountVariables.TokenType, "Bearer", left, ImpersonatedAccount.Scope);
        await Requests.AnswerAsync(context, answer, TokenExchangeJson.Default.TokenExchangeAnswer);
    }

    private static Caller Identify(BearerTokens tokens, TokenExchangeRequest request) =>
        tokens.Find(request.SubjectToken.Trim()) is { } caller && caller.ArGuid == request.ArGuid
            ? caller
            : throw new AnalysisRunnerException(
                PolicyCodes.TokenInvalid, $"The token is not that of the run '{request.ArGuid}', or the run has ended; use the credentials of a run in its own jobs, while it goes on.");
}
