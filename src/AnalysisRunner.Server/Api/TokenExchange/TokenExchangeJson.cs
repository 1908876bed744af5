using System.Text.Json.Serialization;

namespace AnalysisRunner.Server.Api.TokenExchange;

/// <summary>A token that was given (RFC 8693 §2.2.1).</summary>
/// <param name="AccessToken">The token.</param>
/// <param name="IssuedTokenType">Its type.</param>
/// <param name="TokenType">How it is sent.</param>
/// <param name="ExpiresIn">How long it is good, in seconds.</param>
/// <param name="Scope">What it is good for, whatever was asked for.</param>
internal sealed record TokenExchangeAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("issued_token_type")] string IssuedTokenType,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] long ExpiresIn,
    [property: JsonPropertyName("scope")] string Scope)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => $"{IssuedTokenType} for {ExpiresIn} s";
}

/// <summary>A refusal (RFC 6749 §5.2).</summary>
/// <param name="Error">What the standard calls it.</param>
/// <param name="Description">What is wrong and what to do.</param>
/// <param name="Page">The page of our code.</param>
internal sealed record TokenExchangeError(
    [property: JsonPropertyName("error")] string Error,
    [property: JsonPropertyName("error_description")] string Description,
    [property: JsonPropertyName("error_uri")] string Page);

/// <summary>The JSON of token exchanges.</summary>
[JsonSerializable(typeof(TokenExchangeAnswer))]
[JsonSerializable(typeof(TokenExchangeError))]
internal sealed partial class TokenExchangeJson : JsonSerializerContext;
