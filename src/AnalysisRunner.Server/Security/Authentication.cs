using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Security.Oidc;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Security;

/// <summary>Tells who sent a request, from its <c>Authorization</c> header and nothing else.</summary>
/// <param name="own">The tokens that the server gave out itself.</param>
/// <param name="idTokens">The tokens of issuers.</param>
/// <param name="settings">Says whether there are issuers.</param>
internal sealed class Authentication(BearerTokens own, IdTokens idTokens, CurrentSettings settings)
{
    private const string Scheme = "Bearer ";
    private const int MaximumLength = 16 * 1024;

    /// <summary>Who sent this header.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6101</c> there is no bearer token; <c>AR6102</c> and others: it is not valid.</exception>
    public async Task<Caller> IdentifyAsync(string? authorization, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(authorization))
        {
            throw new AnalysisRunnerException(
                PolicyCodes.TokenMissing,
                "Missing authorization header: the request has no bearer token. Send 'Authorization: Bearer <token>'; the local runner's token is in runner.json in its state folder.");
        }
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || authorization.Length > MaximumLength)
        {
            throw new AnalysisRunnerException(
                PolicyCodes.TokenMissing, "Invalid authorization header: it holds no bearer token. Send 'Authorization: Bearer <token>'.");
        }
        var token = authorization[Scheme.Length..].Trim();
        if (own.Find(token) is { } caller) return caller;
        if (settings.Value.Issuers.Count > 0) return await idTokens.IdentifyAsync(token, cancellation);
        throw new AnalysisRunnerException(
            PolicyCodes.TokenInvalid,
            "Invalid authorization header: the bearer token is not valid here. It belongs to another server, to an earlier start of this one, or to a run that has ended; read it again from runner.json.");
    }
}
