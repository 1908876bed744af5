using System.Collections.Concurrent;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using AnalysisRunner.Storage.Integrity;
using AnalysisRunner.Storage.Transfers;

namespace AnalysisRunner.Storage.S3;

public sealed partial class S3Store
{
    // Of a bucket that was seen, an object that is not found is just that.
    private readonly ConcurrentDictionary<string, bool> _seenBuckets = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<ObjectReadStream> OpenReadAsync(StoragePath path, ReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= ReadOptions.Default;
        ObjectRules.EnsureObject(path, Scheme);
        ObjectRules.EnsureRange(options);
        return await AskAsync(path, "read", async () =>
        {
            if (options.Length == 0) return await EmptyAsync(path, options, cancellationToken).ConfigureAwait(false);
            try
            {
                var end = options.Length is { } length ? options.Offset + length - 1 : (long?)null;
                var (answer, content) = await GetAsync(path, options.IsWhole ? null : options.Offset, end, options.Version, cancellationToken).ConfigureAwait(false);
                var (info, digest, _) = await DescribeAsync(path, answer, options.IsWhole, cancellationToken).ConfigureAwait(false);
                return Verified(path, options, info, digest, content);
            }
            catch (AmazonS3Exception error) when (error.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                return await EmptyAsync(path, options, cancellationToken).ConfigureAwait(false);
            }
        }, cancellationToken, version: options.Version).ConfigureAwait(false);
    }

    /// <summary>The object and everything that is recorded of its content; null when it does not exist.</summary>
    internal async Task<(ObjectInfo Info, ContentDigest Digest, string? Writer)?> FindRecordedAsync(StoragePath path, CancellationToken cancellationToken)
    {
        ObjectRules.EnsureObject(path, Scheme);
        try
        {
            return await AskAsync(path, "read", async () =>
            {
                var answer = await _connection.Client(path).GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = path.Bucket, Key = path.Key }, cancellationToken).ConfigureAwait(false);
                _seenBuckets[path.Bucket] = true;
                return ((ObjectInfo, ContentDigest, string?)?)await DescribeAsync(path, S3Answer.Of(answer), true, cancellationToken).ConfigureAwait(false);
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Code == StorageCodes.NotFound && _seenBuckets.ContainsKey(path.Bucket))
        {
            return null;
        }
        catch (StorageException error) when (error.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest or HttpStatusCode.MovedPermanently })
        {
            // An answer to HEAD has no body, so it does not say what is missing or why it is refused; an answer to GET does.
            return await ExplainAsync(path, error, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(ObjectInfo, ContentDigest, string?)?> ExplainAsync(StoragePath path, StorageException unexplained, CancellationToken cancellationToken)
    {
        try
        {
            var (_, content) = await AskAsync(path, "read", () => GetAsync(path, 0, 0, null, cancellationToken), cancellationToken).ConfigureAwait(false);
            await content.DisposeAsync().ConfigureAwait(false);
        }
        catch (StorageException explained) when (explained.Code == StorageCodes.NotFound)
        {
            _seenBuckets[path.Bucket] = true;
            return null;
        }
        return unexplained.Kind == StorageErrorKind.NotFound ? null : throw unexplained;
    }

    private Task<(S3Answer Answer, Stream Content)> GetAsync(StoragePath path, long? from, long? to, string? version, CancellationToken cancellationToken) =>
        _content.GetAsync(path, from, to, version is null ? null : EntityTag(version), cancellationToken);

    private async Task<(ObjectInfo Info, ContentDigest Digest, string? Writer)> DescribeAsync(
        StoragePath path, S3Answer answer, bool withTags, CancellationToken cancellationToken)
    {
        var digest = S3Record.Digest(answer.Metadata, answer.Length, answer.EntityTag, answer.EncryptedWithKey);
        // Only an object that went in parts has its record in tags; its entity tag has a dash. A range has nothing to compare with it.
        if (withTags && digest.Sha256 is null && answer.TagCount != 0 && answer.EntityTag.Contains('-', StringComparison.Ordinal))
            digest = await TaggedAsync(path, answer, cancellationToken).ConfigureAwait(false) ?? digest;
        return (new ObjectInfo
        {
            Path = path,
            Length = answer.Length,
            Version = answer.EntityTag,
            Modified = answer.Modified,
            Sha256 = digest.Sha256,
            Crc32C = digest.Crc32C,
            ContentType = answer.ContentType,
            Metadata = S3Record.Custom(answer.Metadata),
        }, digest, S3Record.Writer(answer.Metadata));
    }

    private async Task<ContentDigest?> TaggedAsync(StoragePath path, S3Answer answer, CancellationToken cancellationToken)
    {
        try
        {
            var tags = await _connection.Client(path).GetObjectTaggingAsync(new GetObjectTaggingRequest { BucketName = path.Bucket, Key = path.Key }, cancellationToken).ConfigureAwait(false);
            return S3Record.Digest(tags.Tagging, answer.Length, answer.EntityTag);
        }
        catch (AmazonS3Exception error) when (error.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.NotImplemented)
        {
            // Whoever may read an object, an anonymous reader for one, may not always read its tags: then it has no record.
            return null;
        }
    }

    private async Task<ObjectReadStream> EmptyAsync(StoragePath path, ReadOptions options, CancellationToken cancellationToken)
    {
        var info = await FindAsync(path, cancellationToken).ConfigureAwait(false) ?? throw StorageErrors.NotFound(path);
        if (options.Version is { } version && version != info.Version) throw StorageErrors.PreconditionFailed(path, version);
        return Stream(path, options, info, new ContentDigest(0, null, null), System.IO.Stream.Null);
    }

    private ObjectReadStream Verified(StoragePath path, ReadOptions options, ObjectInfo info, ContentDigest digest, Stream content)
    {
        var length = ObjectRules.RangeLength(options, info.Length);
        var end = options.Offset + length;
        var resuming = new ResumingStream(content, options.Offset, end,
            async (position, token) => (await GetAsync(path, position, end - 1, info.Version, token).ConfigureAwait(false)).Content,
            S3Errors.IsBreak, _options.Attempts);
        return Stream(path, options, info, options.IsWhole ? digest : new ContentDigest(length, null, null), resuming);
    }

    private ObjectReadStream Stream(StoragePath path, ReadOptions options, ObjectInfo info, ContentDigest expected, Stream content) =>
        new(info, content, expected, _options.Timeout, options.Progress, error => S3Errors.Translate(path, "read", _connection.Identity, _options.Timeout, error, version: info.Version));
}
