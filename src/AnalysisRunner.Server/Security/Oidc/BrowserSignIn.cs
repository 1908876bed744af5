using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Submissions;
using Microsoft.AspNetCore.WebUtilities;

namespace AnalysisRunner.Server.Security.Oidc;

/// <summary>
/// Signs browsers in by an issuer: the authorization code flow with PKCE (RFC 7636), a state that only the browser which began it can bring back, and a nonce
/// that ties the ID token to it. What comes back is verified like any other ID token.
/// </summary>
internal sealed class BrowserSignIn(CurrentSettings settings, IdTokens tokens, ServerAddress address, TimeProvider time) : IDisposable
{
    /// <summary>Where issuers send browsers back to.</summary>
    public const string CallbackPath = "/sign-in/callback";

    private const int MaximumPending = 10_000;
    private const int MaximumAnswer = 1024 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Pending> _pending = new(StringComparer.Ordinal);
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = Limit,
        MaxResponseContentBufferSize = MaximumAnswer,
    };

    /// <summary>How long a user may take at the issuer.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(10);

    /// <summary>The issuers by which browsers can sign in.</summary>
    public IReadOnlyList<IssuerSettings> Issuers => [.. settings.Value.Issuers.Where(issuer => issuer.ClientId is not null)];

    private string RedirectAddress => address.Url + CallbackPath;

    /// <summary>Begins: where the browser is to go, and the secret by which it is known when it comes back.</summary>
    /// <param name="issuer">One of <see cref="Issuers"/>.</param>
    /// <param name="returnTo">The page that it wanted.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR6184</c> the issuer cannot be reached.</exception>
    public async Task<(string Location, string Secret)> BeginAsync(IssuerSettings issuer, string returnTo, CancellationToken cancellation)
    {
        var endpoint = (await DiscoverAsync(issuer, cancellation)).Authorization;
        var (state, secret, verifier, nonce) = (RandomText.Secret(), RandomText.Secret(), RandomText.Secret(), RandomText.Secret());
        Keep(state, new Pending(issuer, Hash(secret), verifier, nonce, returnTo, time.GetUtcNow() + Lifetime));
        var location = QueryHelpers.AddQueryString(endpoint, new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = issuer.ClientId,
            ["redirect_uri"] = RedirectAddress,
            ["scope"] = "openid email",
            ["state"] = state,
            ["nonce"] = nonce,
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))),
            ["code_challenge_method"] = "S256",
        });
        return (location, secret);
    }

    /// <summary>Ends: who the browser's user is, and the page that they wanted.</summary>
    /// <param name="state">What the issuer brings back.</param>
    /// <param name="secret">What the browser brings back.</param>
    /// <param name="code">The issuer's code; null where it refused.</param>
    /// <param name="error">Why it refused.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR6183</c>, <c>AR6184</c>, or what is wrong with the token.</exception>
    public async Task<(Caller Caller, string ReturnTo)> CompleteAsync(string state, string? secret, string? code, string? error, CancellationToken cancellation)
    {
        Pending? pending;
        lock (_lock) _pending.Remove(state, out pending);
        var isOwn = pending is not null && pending.ExpiresAt > time.GetUtcNow() && secret is { Length: > 0 } && CryptographicOperations.FixedTimeEquals(Hash(secret), pending.SecretHash);
        if (!isOwn)
        {
            throw new AnalysisRunnerException(
                EndCodes.SignInNotBegun, "This sign-in was not begun by this browser at this server, was used already, or took longer than ten minutes; open the page again.");
        }
        if (string.IsNullOrEmpty(code)) throw Failed(pending!.Issuer, $"it answered {Quoted.Value(error ?? "nothing")}");
        var token = await RedeemAsync(pending!, code, cancellation);
        var claims = JsonWebToken.TryParse(token)?.Claims ?? throw Failed(pending!.Issuer, "its answer has no ID token");
        var caller = await tokens.IdentifyAsync(token, cancellation);
        var isForThis = JsonWebToken.Text(claims, "iss") == pending!.Issuer.Issuer && JsonWebToken.Text(claims, "nonce") == pending.Nonce && IsFor(claims, pending.Issuer.ClientId!);
        return isForThis ? (caller, pending.ReturnTo) : throw Failed(pending.Issuer, "its ID token belongs to another sign-in");
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> RedeemAsync(Pending pending, string code, CancellationToken cancellation)
    {
        var issuer = pending.Issuer;
        var fields = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = RedirectAddress,
            ["client_id"] = issuer.ClientId!,
            ["code_verifier"] = pending.Verifier,
        };
        var endpoint = (await DiscoverAsync(issuer, cancellation)).Token;
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new FormUrlEncodedContent(fields) };
        if (issuer.ClientSecret is { } secret)
        {
            // RFC 6749 §2.3.1: both are encoded as in a form before they are put together.
            var pair = $"{Uri.EscapeDataString(issuer.ClientId!)}:{Uri.EscapeDataString(secret.Read())}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        }
        var answer = await SendAsync(issuer, request, cancellation);
        return JsonWebToken.Text(answer, "id_token") ?? throw Failed(issuer, $"it gave no ID token: {Quoted.Value(JsonWebToken.Text(answer, "error") ?? "no reason")}");
    }

    private async Task<(string Authorization, string Token)> DiscoverAsync(IssuerSettings issuer, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, issuer.Issuer.TrimEnd('/') + "/.well-known/openid-configuration");
        var found = await SendAsync(issuer, request, cancellation);
        return JsonWebToken.Text(found, "issuer") == issuer.Issuer && Endpoint(found, "authorization_endpoint") is { } authorization && Endpoint(found, "token_endpoint") is { } token
            ? (authorization, token)
            : throw Failed(issuer, "its discovery document is that of another issuer, or has no https addresses");
    }

    private static string? Endpoint(JsonElement document, string name) =>
        Uri.TryCreate(JsonWebToken.Text(document, name), UriKind.Absolute, out var url) && (url.Scheme == "https" || url is { Scheme: "http", IsLoopback: true }) ? url.ToString() : null;

    private async Task<JsonElement> SendAsync(IssuerSettings issuer, HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            using var response = await _http.SendAsync(request, cancellation);
            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw new JsonException("It is no object.");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw Failed(issuer, "it cannot be reached, or does not answer in JSON", e);
        }
    }

    private void Keep(string state, Pending pending)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            foreach (var (old, one) in _pending.ToList())
            {
                if (one.ExpiresAt <= now) _pending.Remove(old);
            }
            // Anybody can begin: the oldest give way.
            if (_pending.Count >= MaximumPending) _pending.Remove(_pending.MinBy(entry => entry.Value.ExpiresAt).Key);
            _pending.Add(state, pending);
        }
    }

    // A token for several audiences says which of them asked for it.
    private static bool IsFor(JsonElement claims, string client) => claims.TryGetProperty("aud", out var audience)
        && (audience.ValueKind == JsonValueKind.String ? audience.ValueEquals(client) : JsonWebToken.Text(claims, "azp") == client);

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static AnalysisRunnerException Failed(IssuerSettings issuer, string why, Exception? inner = null) =>
        new(EndCodes.SignInFailed, $"The issuer '{issuer.Name}' did not sign you in: {why}. Open the page again; if it happens again, ask an administrator.", inner);

    private sealed record Pending(IssuerSettings Issuer, byte[] SecretHash, string Verifier, string Nonce, string ReturnTo, DateTimeOffset ExpiresAt);
}
