using System.Buffers.Text;
using System.Security.Cryptography;

namespace AnalysisRunner.Server.Security;

/// <summary>Secrets and identifiers from the system's random numbers.</summary>
internal static class RandomText
{
    /// <summary>256 random bits in URL-safe Base64.</summary>
    public static string Secret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>A lower-case UUIDv4 that starts with a letter, because cloud labels must (analysis-runner spec §4.1).</summary>
    public static string ArGuid()
    {
        var text = Guid.NewGuid().ToString("D");
        return char.IsAsciiDigit(text[0]) ? (char)('a' + RandomNumberGenerator.GetInt32(6)) + text[1..] : text;
    }

    /// <summary>Whether a text has the form of an ar-guid, so that it can be part of a path.</summary>
    public static bool IsArGuid(string? text) =>
        text is { Length: 36 } && char.IsAsciiLetterLower(text[0]) && Guid.TryParseExact(text, "D", out _) && !text.Any(char.IsAsciiLetterUpper);
}
