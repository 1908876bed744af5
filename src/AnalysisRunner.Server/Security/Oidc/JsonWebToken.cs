using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace AnalysisRunner.Server.Security.Oidc;

/// <summary>A signed JSON Web Token (RFC 7515, 7519) taken apart. Nothing in it is verified.</summary>
internal sealed class JsonWebToken
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private JsonWebToken(JsonElement header, JsonElement claims, byte[] signed, byte[] signature) =>
        (Header, Claims, Signed, Signature) = (header, claims, signed, signature);

    /// <summary>The header: an object.</summary>
    public JsonElement Header { get; }

    /// <summary>The claims: an object.</summary>
    public JsonElement Claims { get; }

    /// <summary>The bytes that the signature is over.</summary>
    public byte[] Signed { get; }

    /// <summary>The signature.</summary>
    public byte[] Signature { get; }

    /// <summary>Takes a token apart; null when it is none.</summary>
    public static JsonWebToken? TryParse(string text)
    {
        if (text.Split('.') is not [var header, var claims, var signature]) return null;
        return ReadObject(header) is { } head && ReadObject(claims) is { } body && Decode(signature) is { } bytes
            ? new JsonWebToken(head, body, Encoding.ASCII.GetBytes($"{header}.{claims}"), bytes)
            : null;
    }

    /// <summary>A text of an object; null when it is absent or no text.</summary>
    public static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A moment in seconds since 1970, as a claim has it; null when it is absent or none.</summary>
    public DateTimeOffset? Moment(string claim) =>
        Claims.TryGetProperty(claim, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds)
            && seconds is > 0 and < 253_402_300_799
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : null;

    private static JsonElement? ReadObject(string part)
    {
        if (Decode(part) is not { } bytes) return null;
        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[]? Decode(string part)
    {
        // Padding and white space do not belong there, though the decoder would take them.
        if (part.Length == 0 || !part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) return null;
        try
        {
            return Base64Url.DecodeFromChars(part);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
