using Amazon.S3;
using Amazon.S3.Model;
using AnalysisRunner.Storage.Integrity;
using AnalysisRunner.Storage.Transfers;

namespace AnalysisRunner.Storage.S3;

/// <summary>
/// Writes objects: a small one in one request; a large one in parts, some at a time, each of which is sent again by itself when it fails; and, where the engine does
/// not judge conditions when it completes parts, a large one under a condition in one request, from a temporary file.
/// </summary>
internal sealed class S3Writer(S3Store store, S3StoreOptions options, S3Connection connection)
{
    private readonly PartBuffers _buffers = new(options.PartSize, options.Parallelism + 1);

    internal async Task<ObjectInfo> WriteAsync(StoragePath path, Stream content, WriteOptions write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var reader = new PartReader(content, _buffers, options.BufferedParts, options.SpooledPartSize);
        var sent = new ByteCount(write.Progress);
        var first = await reader.FirstAsync(cancellationToken).ConfigureAwait(false);
        // A part that is not full is the whole object.
        if (first.Length < _buffers.Size)
        {
            using (first) return await PutAsync(path, first, reader.Digest, write, sent, connection.Client(path), cancellationToken).ConfigureAwait(false);
        }
        if (write.Condition.Kind == WriteConditionKind.None || options.Conditional)
            return await new S3Parts(store, options, connection, path, write, sent).WriteAsync(first, reader, cancellationToken).ConfigureAwait(false);
        return await PutSpooledAsync(path, first, content, write, sent, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ObjectInfo> PutSpooledAsync(StoragePath path, UploadPart first, Stream content, WriteOptions write, ByteCount sent, CancellationToken cancellationToken)
    {
        using var hasher = ContentHasher.ForWriting();
        UploadPart whole;
        using (first)
        {
            var beginning = first.Open();
            await using var opened = beginning.ConfigureAwait(false);
            var both = new ChainedStream(beginning, content);
            await using var chained = both.ConfigureAwait(false);
            whole = await UploadPart.SpooledAsync(both, options.LargestRequest + 1, block => hasher.Append(block.Span), cancellationToken).ConfigureAwait(false);
        }
        using (whole)
        {
            if (whole.Length > options.LargestRequest)
            {
                throw StorageErrors.NotSupported(path,
                    $"\"{path}\" is larger than {options.LargestRequest} bytes, which takes several parts, and this engine does not judge a condition when it completes them: of several writers more than one would succeed. "
                    + "Write without a condition, or, if the engine does judge them, set JudgesAllConditions.");
            }
            return await PutAsync(path, whole, hasher.Current(), write, sent, connection.PatientClient(path), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<ObjectInfo> PutAsync(
        StoragePath path, UploadPart content, ContentDigest digest, WriteOptions write, ByteCount sent, IAmazonS3 client, CancellationToken cancellationToken)
    {
        var writeId = Guid.NewGuid().ToString("N");
        var body = content.Open();
        await using var opened = body.ConfigureAwait(false);
        var md5 = await S3Checks.Md5Async(content, cancellationToken).ConfigureAwait(false);
        var request = new PutObjectRequest
        {
            BucketName = path.Bucket,
            Key = path.Key,
            InputStream = body,
            AutoCloseStream = false,
            ContentType = write.ContentType,
            ServerSideEncryptionMethod = S3Checks.Encryption(options),
            ServerSideEncryptionKeyManagementServiceKeyId = options.KmsKey,
            IfNoneMatch = write.Condition.Kind == WriteConditionKind.CreateOnly ? "*" : null,
            IfMatch = write.Condition.Kind == WriteConditionKind.MatchVersion ? store.EntityTag(write.Condition.Version!) : null,
            DisablePayloadSigning = S3Checks.SkipsSigning(options),
            UseChunkEncoding = false,
        };
        if (options.IsAmazon) request.ChecksumCRC32C = Crc32C.ToBase64(digest.Crc32C!.Value);
        else request.MD5Digest = Convert.ToBase64String(md5);
        foreach (var (name, value) in write.Metadata) request.Metadata[name] = value;
        S3Record.Write(request.Metadata, digest.Sha256, digest.Crc32C);
        request.Metadata[S3Record.WriteId] = writeId;
        try
        {
            var answer = await store.AskAsync(path, "write", () => client.PutObjectAsync(request, cancellationToken), cancellationToken, write.Condition).ConfigureAwait(false);
            sent.Add(content.Length);
            S3Checks.EnsureEntityTag(path, options, answer.ETag, Convert.ToHexStringLower(md5), answer.ServerSideEncryptionMethod);
            return Written(path, digest, write, answer.ETag.Trim('"'));
        }
        catch (StorageException error) when (error.Kind is StorageErrorKind.AlreadyExists or StorageErrorKind.PreconditionFailed)
        {
            // The store may have done the work and lost the answer: then the request that was sent again met the object that the first one made.
            if (await store.FindRecordedAsync(path, cancellationToken).ConfigureAwait(false) is { } found && found.Writer == writeId) return found.Info;
            throw;
        }
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
