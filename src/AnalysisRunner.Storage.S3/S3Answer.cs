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
    string EntityTag, long Length, DateTimeOffset Modified, string? ContentType, MetadataCollection Metadata, bool EncryptedWithKey, int? TagCount)
{
    internal static S3Answer Of(GetObjectMetadataResponse answer) => new(
        answer.ETag.Trim('"'), answer.ContentLength, Time(answer.LastModified), answer.Headers.ContentType, answer.Metadata, WithKey(answer.ServerSideEncryptionMethod), null);

    internal static S3Answer Of(GetObjectResponse answer) => new(
        answer.ETag.Trim('"'), WholeLength(answer), Time(answer.LastModified), answer.Headers.ContentType, answer.Metadata, WithKey(answer.ServerSideEncryptionMethod), answer.TagCount);

    private static bool WithKey(ServerSideEncryptionMethod? method) => method is not null && method != ServerSideEncryptionMethod.None && method != ServerSideEncryptionMethod.AES256;

    private static DateTimeOffset Time(DateTime? time) => time is { } known ? new DateTimeOffset(known.ToUniversalTime()) : DateTimeOffset.UnixEpoch;

    // "bytes 10-19/100", for a range.
    private static long WholeLength(GetObjectResponse answer) =>
        answer.ContentRange is { } range && long.TryParse(range.AsSpan(range.LastIndexOf('/') + 1), out var whole) ? whole : answer.ContentLength;
}
