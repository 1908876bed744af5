using System.Collections.Concurrent;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Security.Oidc;

/// <summary>
/// Verifies OpenID Connect ID tokens: an issuer of the settings, one of its audiences, a signature by RS256 or ES256 with one of its keys, and the present
/// time. Verified here and not by a package, because none that fits can be had (docs/decisions/identity.md).
/// </summary>
internal sealed class IdTokens : IDisposable
{
    private readonly CurrentSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger<IdTokens> _log;
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) });
    private readonly ConcurrentDictionary<IssuerAddress, IssuerKeys> _keys = new();

    /// <summary>Verifies by the settings of each moment.</summary>
    public IdTokens(CurrentSettings settings, TimeProvider time, ILogger<IdTokens> log) => (_settings, _time, _log) = (settings, time, log);

    /// <summary>What clocks may differ by.</summary>
    public static TimeSpan Leeway { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Whom a token was issued to.</summary>
    /// <exception cref="AnalysisRunnerException">
    /// <c>AR6102</c> it is not valid here; <c>AR6109</c> it names nobody; <c>AR6110</c> the address is not verified; <c>AR6111</c> it cannot be verified now.
    /// </exception>
    public async Task<Caller> IdentifyAsync(string text, CancellationToken cancellation)
    {
        var token = JsonWebToken.TryParse(text) ?? throw Invalid("it is no signed token of three parts");
        var name = JsonWebToken.Text(token.Claims, "iss");
        var issuer = _settings.Value.Issuers.FirstOrDefault(known => known.Issuer == name) ?? throw Invalid($"its issuer {Quoted.Value(name)} is not one of [identity]");
        await VerifySignatureAsync(token, issuer, cancellation);
        VerifyClaims(token, issuer);
        return issuer.WorkflowRepositories is { } start ? WorkflowOf(token, issuer, start) : PersonOf(token, issuer);
    }

    public void Dispose() => _http.Dispose();

    private async Task VerifySignatureAsync(JsonWebToken token, IssuerSettings issuer, CancellationToken cancellation)
    {
        var algorithm = JsonWebToken.Text(token.Header, "alg");
        if (algorithm is not ("RS256" or "ES256")) throw Invalid($"its algorithm {Quoted.Value(algorithm)} is not RS256 or ES256");
        // An extension that has to be understood, and is not (RFC 7515 §4.1.11).
        if (token.Header.TryGetProperty("crit", out _)) throw Invalid("its header has 'crit', which this server does not understand");
        var keys = _keys.GetOrAdd(new IssuerAddress(issuer.Issuer, issuer.KeysUrl), _ => new IssuerKeys(issuer, _http, _time, _log));
        var candidates = await keys.FindAsync(JsonWebToken.Text(token.Header, "kid"), algorithm, cancellation);
        if (candidates.Count == 0) throw Invalid("its issuer has no key of that id and kind");
        if (!candidates.Any(key => key.Verifies(token.Signed, token.Signature))) throw Invalid("its signature is wrong");
    }

    private void VerifyClaims(JsonWebToken token, IssuerSettings issuer)
    {
        var audiences = AudiencesOf(token.Claims);
        if (!audiences.Intersect(issuer.Audiences, StringComparer.Ordinal).Any()) throw Invalid($"its audience {Quoted.Value(string.Join(", ", audiences))} is none of [identity.{issuer.Name}]");
        var now = _time.GetUtcNow();
        if (token.Moment("exp") is not { } expiry) throw Invalid("it has no time of expiry");
        if (expiry + Leeway <= now) throw Invalid($"it expired at {expiry:u}; get a fresh one");
        if (token.Claims.TryGetProperty("nbf", out _) && (token.Moment("nbf") is not { } start || start - Leeway > now)) throw Invalid("it is not valid yet; check the clocks");
    }

    private static Caller PersonOf(JsonWebToken token, IssuerSettings issuer)
    {
        if (JsonWebToken.Text(token.Claims, issuer.EmailClaim) is not { Length: > 0 } email || email.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
        {
            throw new AnalysisRunnerException(
                PolicyCodes.EmailMissing, $"Missing request parameter: {issuer.EmailClaim}. The token names no e-mail address; ask for a token with the scope 'email'.");
        }
        var isVerified = token.Claims.TryGetProperty("email_verified", out var verified)
            && (verified.ValueKind == JsonValueKind.True || (verified.ValueKind == JsonValueKind.String && verified.ValueEquals("true")));
        return isVerified ? new Caller(email) : throw new AnalysisRunnerException(
            PolicyCodes.EmailNotVerified, $"The issuer has not verified the address {Quoted.Value(email)}, so it could be anybody's; verify it there and get a fresh token.");
    }

    private static Caller WorkflowOf(JsonWebToken token, IssuerSettings issuer, string start)
    {
        var repository = JsonWebToken.Text(token.Claims, "repository");
        if (repository is null || !KnownRepositories.IsName(repository) || !RepositoryUrl.TryParse(start + repository, out var url)) throw Invalid("its claim 'repository' names no repository");
        return new Caller($"{issuer.Name}:{repository}") { Repository = url.ToString() };
    }

    private static string[] AudiencesOf(JsonElement claims)
    {
        if (!claims.TryGetProperty("aud", out var audience)) return [];
        return audience.ValueKind switch
        {
            JsonValueKind.String => [audience.GetString()!],
            JsonValueKind.Array => [.. audience.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)],
            _ => [],
        };
    }

    private static AnalysisRunnerException Invalid(string reason) =>
        new(PolicyCodes.TokenInvalid, $"Invalid authorization header: the bearer token is not accepted, because {reason}.");

    private sealed record IssuerAddress(string Issuer, Uri? Keys);
}
