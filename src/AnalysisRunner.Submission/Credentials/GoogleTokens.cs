using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace AnalysisRunner.Submission.Credentials;

/// <summary>
/// Google identity tokens from the file that <c>GOOGLE_APPLICATION_CREDENTIALS</c> names: of a service account (RFC 7523, for the server's audience) or
/// of a user who has run <c>gcloud auth application-default login</c> (for the audience of that login).
/// </summary>
/// <param name="environment">Reads an environment variable.</param>
/// <param name="time">The clock.</param>
internal sealed class GoogleTokens(Func<string, string?> environment, TimeProvider time)
{
    private const string Variable = "GOOGLE_APPLICATION_CREDENTIALS";
    private const string Provider = "Google";
    private const string UserTokenUri = "https://oauth2.googleapis.com/token";
    private const string Remedy = "Check the file that " + Variable + " names, or set " + RunnerCredentials.Variable + ".";

    /// <summary>Whether a file is named.</summary>
    public bool IsAvailable => environment(Variable) is { Length: > 0 };

    /// <summary>Asks for a token for an audience.</summary>
    public async Task<string> AskAsync(string audience, CancellationToken cancellation)
    {
        using var document = await ReadAsync(environment(Variable)!, cancellation).ConfigureAwait(false);
        var file = document.RootElement;
        var kind = Text(file, "type");
        var (address, form) = kind switch
        {
            "service_account" => (Text(file, "token_uri"), new Dictionary<string, string>
            {
                ["grant_type"] = "urn:ietf:params:oauth:grant-type:jwt-bearer",
                ["assertion"] = Assert(Text(file, "client_email"), Text(file, "private_key"), Text(file, "token_uri"), audience),
            }),
            // The file that gcloud writes names no address; one that does is meant for it.
            "authorized_user" => (file.TryGetProperty("token_uri", out _) ? Text(file, "token_uri") : UserTokenUri, new Dictionary<string, string>
            {
                ["grant_type"] = "refresh_token",
                ["client_id"] = Text(file, "client_id"),
                ["client_secret"] = Text(file, "client_secret"),
                ["refresh_token"] = Text(file, "refresh_token"),
            }),
            _ => throw TokenRequest.Failed(Provider, $"credentials of type '{TerminalText.OneLine(kind)}' are not understood", Remedy),
        };
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri)) throw TokenRequest.Failed(Provider, "has no https address in that file", Remedy);
        using var request = new HttpRequestMessage(HttpMethod.Post, uri) { Content = new FormUrlEncodedContent(form) };
        return await TokenRequest.SendAsync(Provider, request, "id_token", Remedy, cancellation).ConfigureAwait(false);
    }

    private static async Task<JsonDocument> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return JsonDocument.Parse(await File.ReadAllBytesAsync(path, cancellation).ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            // The reader's own message is left out: it may quote the text.
            throw TokenRequest.Failed(Provider, $"credentials in '{path}' cannot be read as JSON", Remedy, exception);
        }
    }

    private static string Text(JsonElement file, string name) =>
        file.ValueKind == JsonValueKind.Object && file.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw TokenRequest.Failed(Provider, $"credentials lack '{name}'", Remedy);

    private string Assert(string account, string privateKey, string tokenUri, string audience)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var header = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["alg"] = "RS256", ["typ"] = "JWT" }, TokenJson.Default.DictionaryStringString);
        var claims = JsonSerializer.SerializeToUtf8Bytes(new Claims(account, tokenUri, audience, now, now + 600), TokenJson.Default.Claims);
        var content = Base64Url.EncodeToString(header) + "." + Base64Url.EncodeToString(claims);
        try
        {
            using var key = RSA.Create();
            key.ImportFromPem(privateKey);
            var signature = key.SignData(System.Text.Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            return content + "." + Base64Url.EncodeToString(signature);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            throw TokenRequest.Failed(Provider, "credentials hold a private key that cannot be read", Remedy, exception);
        }
    }
}
