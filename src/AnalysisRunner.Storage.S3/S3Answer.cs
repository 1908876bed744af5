using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;

namespace AnalysisRunner.Storage.S3;

/// <summary>What S3 says of an object, the same whether it sends the content along or not.</summary>
/// <param name="EntityTag">Without its quotes.</param>
/// <param name="Length">Of the whole object, in bytes.</param>
/// <param name="Modified">When it was written.</param>
/// <param name="ContentType">The media type.</param>
/// <param name="Metadata">All of it.</param>
/// <param name="EncryptedWithKey">Whether the entity tag is no MD5 because a key was involved.</param>
/// <param name="TagCount">The number of tags; null when the answer does not say.</param>
internal sealed record S3Answer(
    string EntityTag, long Length, DateTimeOffset Modified, string? ContentType, IReadOnlyDictionary<string, string> Metadata, bool EncryptedWithKey, int? TagCount)
{
    internal static S3Answer Of(GetObjectMetadataResponse answer) => new(
        answer.ETag.Trim('"'), answer.ContentLength, answer.LastModified is { } time ? new DateTimeOffset(time.ToUniversalTime()) : DateTimeOffset.UnixEpoch, answer.Headers.ContentType,
        S3Record.All(answer.Metadata.Keys.Select(name => (name, answer.Metadata[name]))), WithKey(answer.ServerSideEncryptionMethod), null);

    /// <exception cref="StorageException">The answer lacks what every answer of the protocol has.</exception>
    internal static S3Answer Of(StoragePath path, HttpResponseMessage answer)
    {
        var (headers, content) = (answer.Headers, answer.Content.Headers);
        // "bytes 10-19/100", for a range.
        if (S3Receipt.Header(headers, "ETag") is not { } entityTag || (content.ContentRange?.Length ?? content.ContentLength) is not { } length)
            throw StorageErrors.Unavailable(path, "an answer without entity tag or length");
        return new S3Answer(
            entityTag.Trim('"'), length, content.LastModified ?? DateTimeOffset.UnixEpoch, S3Receipt.Header(content, "Content-Type"),
            S3Record.All(headers.NonValidated.Select(header => (header.Key, header.Value.ToString()))), S3Receipt.WithKey(headers),
            int.TryParse(S3Receipt.Header(headers, "x-amz-tagging-count"), CultureInfo.InvariantCulture, out var tags) ? tags : null);
    }

    private static bool WithKey(ServerSideEncryptionMethod? method) => method is not null && method != ServerSideEncryptionMethod.None && method != ServerSideEncryptionMethod.AES256;
}
