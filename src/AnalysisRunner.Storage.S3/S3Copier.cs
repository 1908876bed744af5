using Amazon.S3;
using Amazon.S3.Model;
using AnalysisRunner.Storage.Transfers;

namespace AnalysisRunner.Storage.S3;

/// <summary>Copies objects: on the server's side, above the limit of one request in parts; and through this machine where the engine does not judge a copy's condition.</summary>
internal sealed class S3Copier(S3Store store, S3StoreOptions options, S3Connection connection, S3Content content)
{
    internal async Task<ObjectInfo> CopyAsync(StoragePath source, StoragePath destination, WriteOptions write, CancellationToken cancellationToken)
    {
        if (write.Condition.Kind != WriteConditionKind.None && !options.Conditional)
            return await ThroughThisMachine.CopyAsync(store, source, store, destination, write, cancellationToken).ConfigureAwait(false);
        var original = await store.FindAsync(source, cancellationToken).ConfigureAwait(false) ?? throw StorageErrors.NotFound(source);
        write = ObjectRules.WithOriginals(write, original);
        var sent = new ByteCount(write.Progress);
        var entityTag = original.Length > options.LargestRequest
            ? await new S3Parts(store, options, connection, content, destination, write, sent).CopyAsync(source, original, cancellationToken).ConfigureAwait(false)
            : await CopyWholeAsync(source, destination, original, write, sent, cancellationToken).ConfigureAwait(false);
        var copied = await store.FindAsync(destination, cancellationToken).ConfigureAwait(false);
        if (copied?.Version == entityTag && copied.Length != original.Length)
            throw StorageErrors.Corrupt(destination, $"it has {copied.Length} bytes after the copy instead of {original.Length}");
        return original with { Path = destination, Version = entityTag, Modified = DateTimeOffset.UtcNow, ContentType = write.ContentType, Metadata = write.Metadata };
    }

    private async Task<string> CopyWholeAsync(
        StoragePath source, StoragePath destination, ObjectInfo original, WriteOptions write, ByteCount sent, CancellationToken cancellationToken)
    {
        var request = new CopyObjectRequest
        {
            SourceBucket = source.Bucket,
            SourceKey = source.Key,
            DestinationBucket = destination.Bucket,
            DestinationKey = destination.Key,
            ETagToMatch = store.EntityTag(original.Version),
            MetadataDirective = S3MetadataDirective.REPLACE,
            ContentType = write.ContentType,
            ServerSideEncryptionMethod = S3Checks.Encryption(options),
            ServerSideEncryptionKeyManagementServiceKeyId = options.KmsKey,
            IfNoneMatch = write.Condition.Kind == WriteConditionKind.CreateOnly ? "*" : null,
            IfMatch = write.Condition.Kind == WriteConditionKind.MatchVersion ? store.EntityTag(write.Condition.Version!) : null,
        };
        S3Record.AddTo(request.Metadata, S3Record.Metadata(write, original.Sha256, original.Crc32C, null));
        var answer = await store.AskAsync(destination, "write", () => connection.PatientClient(destination).CopyObjectAsync(request, cancellationToken), cancellationToken,
            write.Condition, write.Condition.Kind == WriteConditionKind.None ? original.Version : null).ConfigureAwait(false);
        sent.Add(original.Length);
        return answer.ETag.Trim('"');
    }
}
