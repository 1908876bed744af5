using AnalysisRunner.Storage.Integrity;
using AnalysisRunner.Storage.Transfers;

namespace AnalysisRunner.Storage.S3;

/// <summary>
/// Writes objects: a small one in one request; a large one in parts, some at a time, each of which is sent again by itself when it fails; and, where the engine does
/// not judge conditions when it completes parts, a large one under a condition in one request, from a temporary file.
/// </summary>
internal sealed class S3Writer(S3Store store, S3StoreOptions options, S3Connection connection, S3Content content)
{
    private readonly PartBuffers _buffers = new(options.PartSize, options.Parallelism + 1);

    internal async Task<ObjectInfo> WriteAsync(StoragePath path, Stream source, WriteOptions write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var reader = new PartReader(source, _buffers, options.BufferedParts, options.SpooledPartSize);
        var sent = new ByteCount(write.Progress);
        var first = await reader.FirstAsync(cancellationToken).ConfigureAwait(false);
        // A part that is not full is the whole object.
        if (first.Length < _buffers.Size)
        {
            using (first) return await PutAsync(path, first, reader.Digest, write, sent, cancellationToken).ConfigureAwait(false);
        }
        if (write.Condition.Kind == WriteConditionKind.None || options.Conditional)
            return await new S3Parts(store, options, connection, content, path, write, sent).WriteAsync(first, reader, cancellationToken).ConfigureAwait(false);
        using var whole = await reader.WholeAsync(first, options.LargestRequest + 1, cancellationToken).ConfigureAwait(false);
        if (whole.Length > options.LargestRequest)
        {
            throw StorageErrors.NotSupported(path,
                $"\"{path}\" is larger than {options.LargestRequest} bytes, which takes several parts, and this engine does not judge a condition when it completes them: of several writers more than one would succeed. "
                + "Write without a condition, or, if the engine does judge them, set JudgesAllConditions.");
        }
        return await PutAsync(path, whole, reader.Digest, write, sent, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ObjectInfo> PutAsync(StoragePath path, UploadPart whole, ContentDigest digest, WriteOptions write, ByteCount sent, CancellationToken cancellationToken)
    {
        var writeId = Guid.NewGuid().ToString("N");
        var md5 = await S3Checks.Md5Async(whole, cancellationToken).ConfigureAwait(false);
        var headers = Headers(path, digest, md5, write, writeId);
        try
        {
            var receipt = await store.AskAsync(path, "write", () => content.PutAsync(path, "", headers, whole, digest.Sha256, cancellationToken), cancellationToken, write.Condition).ConfigureAwait(false);
            sent.Add(whole.Length);
            S3Checks.EnsureEntityTag(path, options, receipt, Convert.ToHexStringLower(md5));
            return Written(path, digest, write, receipt.EntityTag ?? throw StorageErrors.Unavailable(path, "an answer without entity tag"));
        }
        catch (StorageException error) when (error.Kind is StorageErrorKind.AlreadyExists or StorageErrorKind.PreconditionFailed)
        {
            // The store may have done the work and lost the answer: then the request that was sent again met the object that the first one made.
            if (await store.FindRecordedAsync(path, cancellationToken).ConfigureAwait(false) is { } found && found.Writer == writeId) return found.Info;
            throw;
        }
    }

    private SortedDictionary<string, string> Headers(StoragePath path, ContentDigest digest, byte[] md5, WriteOptions write, string writeId)
    {
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (options.IsAmazon) headers["x-amz-checksum-crc32c"] = Crc32C.ToBase64(digest.Crc32C!.Value);
        else headers["content-md5"] = Convert.ToBase64String(md5);
        if (write.ContentType is { } type) headers["content-type"] = ObjectRules.Visible(path, "content type", type);
        if (S3Checks.Encryption(options) is { } encryption) headers["x-amz-server-side-encryption"] = encryption.Value;
        if (options.KmsKey is { } key) headers["x-amz-server-side-encryption-aws-kms-key-id"] = key;
        if (write.Condition.Kind == WriteConditionKind.CreateOnly) headers["if-none-match"] = "*";
        if (write.Condition.Kind == WriteConditionKind.MatchVersion) headers["if-match"] = store.EntityTag(write.Condition.Version!);
        foreach (var (name, value) in S3Record.Metadata(write, digest.Sha256, digest.Crc32C, writeId)) headers[S3Record.MetadataPrefix + name] = value;
        return headers;
    }

    internal static ObjectInfo Written(StoragePath path, ContentDigest digest, WriteOptions write, string entityTag) => new()
    {
        Path = path,
        Length = digest.Length,
        Version = entityTag,
        Modified = DateTimeOffset.UtcNow,
        Sha256 = digest.Sha256,
        Crc32C = digest.Crc32C,
        ContentType = write.ContentType,
        Metadata = write.Metadata,
    };
}
