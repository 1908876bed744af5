using System.Net.Http.Headers;

namespace AnalysisRunner.Storage.S3;

/// <summary>What S3 says of content that it took.</summary>
/// <param name="EntityTag">Without its quotes; null when the answer has none.</param>
/// <param name="EncryptedWithKey">Whether the entity tag is no MD5 because a key was involved.</param>
internal readonly record struct S3Receipt(string? EntityTag, bool EncryptedWithKey)
{
    private const string EncryptionHeader = "x-amz-server-side-encryption";

    internal static S3Receipt Of(HttpResponseMessage answer) => new(Header(answer.Headers, "ETag")?.Trim('"'), WithKey(answer.Headers));

    /// <summary>Whether an answer is of an object whose encryption involves a key.</summary>
    internal static bool WithKey(HttpResponseHeaders headers) => Header(headers, EncryptionHeader) is { } method && method != "AES256";

    /// <summary>A header as it came; null when it did not.</summary>
    internal static string? Header(HttpHeaders headers, string name) => headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}
