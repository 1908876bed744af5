using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AnalysisRunner.Submission;
using AnalysisRunner.Submission.Credentials;

namespace AnalysisRunner.Cli.SigningIn;

/// <summary>
/// Signs a user in by a browser on this machine: the authorization code flow with PKCE (RFC 7636), whose code comes back to a port of the loopback interface
/// that is open for this one answer (RFC 8252 §7.3).
/// </summary>
/// <param name="offer">What the issuer offers.</param>
/// <param name="open">Shows an address to the user.</param>
internal sealed class BrowserSignIn(IssuerOffer offer, Action<string> open)
{
    private const string CallbackPath = "/callback";

    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Signs in; the answer is what is kept.</summary>
    /// <exception cref="Contracts.AnalysisRunnerException">AR1081: the user or the issuer refused, or it took too long.</exception>
    public async Task<KeptToken> RunAsync(CancellationToken cancellation)
    {
        using var issuer = new IssuerClient(offer.Client.Issuer);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var redirect = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}{CallbackPath}");
        var (state, verifier, nonce) = (Secret(), Secret(), Secret());
        open(Address(redirect, state, verifier, nonce));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            var code = await ReceiveAsync(issuer, listener, state, limit.Token).ConfigureAwait(false);
            var answer = await issuer.PostAsync(
                offer.TokenEndpoint,
                new Dictionary<string, string?>
                {
                    ["grant_type"] = "authorization_code",
                    ["code"] = code,
                    ["redirect_uri"] = redirect,
                    ["client_id"] = offer.Client.ClientId,
                    ["client_secret"] = offer.Client.ClientSecret,
                    ["code_verifier"] = verifier,
                },
                limit.Token).ConfigureAwait(false);
            var kept = offer.Keep(issuer, answer);
            return NonceOf(kept.Token) == nonce ? kept : throw issuer.Refused("its ID token belongs to another sign-in");
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw issuer.Refused(string.Create(CultureInfo.InvariantCulture, $"the browser did not come back within {Patience.TotalMinutes:0} minutes"), exception);
        }
    }

    private string Address(string redirect, string state, string verifier, string nonce)
    {
        var parameters = new List<(string Name, string Value)>
        {
            ("response_type", "code"), ("client_id", offer.Client.ClientId), ("redirect_uri", redirect), ("scope", offer.Scope), ("state", state), ("nonce", nonce),
            ("code_challenge", Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))), ("code_challenge_method", "S256"),
        };
        // OpenID Connect Core §11: a refresh token is given to whoever agreed to it just now.
        if (offer.AsksForRenewal) parameters.Add(("prompt", "consent"));
        var separator = offer.AuthorizationEndpoint!.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        return offer.AuthorizationEndpoint + separator + string.Join('&', parameters.Select(one => $"{one.Name}={Uri.EscapeDataString(one.Value)}"));
    }

    /// <summary>The code. Whatever else asks this port, a browser for its icon or another program, is sent away.</summary>
    private static async Task<string> ReceiveAsync(IssuerClient issuer, TcpListener listener, string state, CancellationToken cancellation)
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync(cancellation).ConfigureAwait(false);
            try
            {
                var stream = client.GetStream();
                await using var answering = stream.ConfigureAwait(false);
                using var reader = new StreamReader(stream, Encoding.ASCII, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
                var parameters = ParametersOf(await ReadAsync(reader, cancellation).ConfigureAwait(false));
                if (parameters?.GetValueOrDefault("state") is not { } brought || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(brought), Encoding.UTF8.GetBytes(state)))
                {
                    await AnswerAsync(stream, "404 Not Found", "This address is for a sign-in that is going on.", cancellation).ConfigureAwait(false);
                    continue;
                }
                var code = parameters.GetValueOrDefault("code");
                await AnswerAsync(stream, "200 OK", code is null ? "You are not signed in. Look at the terminal." : "You can close this page, and go on at the terminal.", cancellation).ConfigureAwait(false);
                return code ?? throw issuer.Refused(TerminalText.OneLine($"it answered '{parameters.GetValueOrDefault("error") ?? "nothing"}'"));
            }
            catch (Exception exception) when (exception is IOException || (exception is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                // That one has left, or says nothing; the browser may still come.
            }
        }
    }

    /// <summary>The first line of a request, once all of it has come: what is unread when a connection ends takes the answer along.</summary>
    private static async Task<string?> ReadAsync(StreamReader reader, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(RequestLimit);
        var first = await reader.ReadLineAsync(limit.Token).ConfigureAwait(false);
        while (await reader.ReadLineAsync(limit.Token).ConfigureAwait(false) is { Length: > 0 })
        {
        }
        return first;
    }

    /// <summary>The parameters of <c>GET /callback?… HTTP/1.1</c>; null for any other request.</summary>
    private static Dictionary<string, string>? ParametersOf(string? line)
    {
        if (line?.Split(' ') is not ["GET", var target, ..] || !target.StartsWith(CallbackPath + "?", StringComparison.Ordinal)) return null;
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in target[(CallbackPath.Length + 1)..].Split('&'))
        {
            var parts = pair.Split('=', 2);
            found[parts[0]] = parts.Length == 2 ? Uri.UnescapeDataString(parts[1].Replace('+', ' ')) : "";
        }
        return found;
    }

    private static async Task AnswerAsync(NetworkStream stream, string status, string text, CancellationToken cancellation)
    {
        var body = Encoding.UTF8.GetBytes($"<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>analysis-runner</title><p>{text}</p></html>\n");
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {body.Length}\r\nContent-Security-Policy: default-src 'none'\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), cancellation).ConfigureAwait(false);
        await stream.WriteAsync(body, cancellation).ConfigureAwait(false);
    }

    private static string? NonceOf(string token)
    {
        if (token.Split('.') is not [_, var payload, _] || !Base64Url.IsValid(payload)) return null;
        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
            return claims.RootElement.ValueKind == JsonValueKind.Object ? IssuerClient.Text(claims.RootElement, "nonce") : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Secret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
