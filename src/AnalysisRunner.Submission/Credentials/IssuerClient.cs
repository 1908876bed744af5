using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Credentials;

/// <summary>Talks to an OpenID Connect issuer. Its answers are never part of a message: they hold tokens.</summary>
internal sealed class IssuerClient : IDisposable
{
    private const int LargestAnswer = 1024 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly string _issuer;
    private readonly HttpClient _http;

    /// <summary>Creates a client.</summary>
    /// <param name="issuer">The issuer's address.</param>
    public IssuerClient(string issuer)
    {
        _issuer = issuer;
        var isHere = Uri.TryCreate(issuer, UriKind.Absolute, out var address) && address.IsLoopback;
        // A redirect could carry what is sent elsewhere.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = !isHere }) { Timeout = Limit, MaxResponseContentBufferSize = LargestAnswer };
    }

    /// <summary>Asks for a document.</summary>
    /// <exception cref="AnalysisRunnerException">AR1081: there is no such answer.</exception>
    public Task<JsonElement> GetAsync(string address, CancellationToken cancellation) => SendAsync(HttpMethod.Get, address, null, cancellation);

    /// <summary>Sends a form. What the issuer refuses is an answer too: one with the member <c>error</c>.</summary>
    /// <exception cref="AnalysisRunnerException">AR1081: there is no such answer.</exception>
    public Task<JsonElement> PostAsync(string address, IEnumerable<KeyValuePair<string, string?>> fields, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, address, new FormUrlEncodedContent(fields.Where(field => field.Value is not null)!), cancellation);

    /// <summary>The token that is kept of an answer of the token endpoint.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="renewal">How it is renewed, with the refresh token of before: not every answer has a new one. Null where there was none.</param>
    /// <exception cref="AnalysisRunnerException">AR1081: the issuer refused.</exception>
    public KeptToken Keep(JsonElement answer, TokenRenewal? renewal) =>
        Text(answer, "id_token") is { } token ? new KeptToken(token, Text(answer, "refresh_token") is { } next && renewal is not null ? renewal with { RefreshToken = next } : renewal) : throw Refused(Reason(answer));

    /// <summary>A member of an answer that is a text.</summary>
    public static string? Text(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>Why the issuer refused, in its own words.</summary>
    public static string Reason(JsonElement answer) => Text(answer, "error") is not { } error ? "it gave no ID token"
        : TerminalText.OneLine($"it answered '{error}'{(Text(answer, "error_description") is { } more ? $" ({more})" : "")}");

    /// <summary>The issuer did not do what it should.</summary>
    public AnalysisRunnerException Refused(string why, Exception? inner = null) =>
        new(CommandLineCodes.SignInRefused, $"The issuer '{TerminalText.OneLine(_issuer)}' did not sign you in: {why}. Run 'analysis-runner login' again.", inner);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(HttpMethod method, string address, HttpContent? content, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || !(uri.Scheme == "https" || uri is { Scheme: "http", IsLoopback: true })) throw Refused("it has no https address");
        try
        {
            using var request = new HttpRequestMessage(method, uri) { Content = content };
            using var response = await _http.SendAsync(request, cancellation).ConfigureAwait(false);
            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false));
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw new JsonException("It is no object.");
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException || (exception is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw Refused("it cannot be reached, or does not answer in JSON", exception);
        }
    }
}
