using System.Text.Json.Nodes;

namespace AnalysisRunner.Submission.Credentials;

/// <summary>What a user's file of tokens holds for a server: a token, and for one that an issuer gave, how it is renewed.</summary>
/// <param name="Token">The token.</param>
/// <param name="Renewal">How it is renewed; null where it cannot be.</param>
internal sealed record KeptToken(string Token, TokenRenewal? Renewal = null)
{
    private const string TokenName = "token";

    /// <summary>As the file holds it: a text, or an object.</summary>
    public JsonNode ToJson()
    {
        if (Renewal is null) return JsonValue.Create(Token);
        var entry = new JsonObject
        {
            [TokenName] = Token,
            ["refresh_token"] = Renewal.RefreshToken,
            ["token_endpoint"] = Renewal.Endpoint.OriginalString,
            ["client_id"] = Renewal.ClientId,
        };
        if (Renewal.ClientSecret is { } secret) entry["client_secret"] = secret;
        return entry;
    }

    /// <summary>Reads an entry of the file.</summary>
    /// <exception cref="InvalidOperationException">It is none.</exception>
    public static KeptToken Parse(JsonNode? entry)
    {
        if (entry is JsonValue) return new KeptToken(entry.GetValue<string>());
        var members = entry as JsonObject ?? throw Malformed();
        string Text(string name) => members[name]?.GetValue<string>() ?? throw Malformed();
        return new KeptToken(Text(TokenName), new TokenRenewal(
            Uri.TryCreate(Text("token_endpoint"), UriKind.Absolute, out var endpoint) ? endpoint : throw Malformed(),
            Text("client_id"),
            members["client_secret"]?.GetValue<string>(),
            Text("refresh_token")));
    }

    private static InvalidOperationException Malformed() => new("An entry is neither a text nor an object with a token and its renewal.");
}

/// <summary>How a token is renewed (RFC 6749 §6).</summary>
/// <param name="Endpoint">The issuer's token endpoint.</param>
/// <param name="ClientId">The client that it was given to.</param>
/// <param name="ClientSecret">What the issuer wants beside it; null for most.</param>
/// <param name="RefreshToken">The refresh token.</param>
internal sealed record TokenRenewal(Uri Endpoint, string ClientId, string? ClientSecret, string RefreshToken);
