using System.Text.Json.Serialization;

namespace AnalysisRunner.Submission.Credentials;

/// <summary>The claims by which a service account asks for an identity token.</summary>
internal sealed record Claims(
    [property: JsonPropertyName("iss")] string Issuer,
    [property: JsonPropertyName("aud")] string TokenUri,
    [property: JsonPropertyName("target_audience")] string Audience,
    [property: JsonPropertyName("iat")] long IssuedAt,
    [property: JsonPropertyName("exp")] long ExpiresAt);

/// <summary>How the parts of such a request are written.</summary>
[JsonSerializable(typeof(Claims))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class TokenJson : JsonSerializerContext;
