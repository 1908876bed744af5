using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AnalysisRunner.Storage.Integrity;
using AnalysisRunner.Storage.Transfers;

namespace AnalysisRunner.Storage.Gcs;

/// <summary>Writes objects: a small one with its metadata in one request, a large one through a resumable session.</summary>
internal sealed class GcsWriter(GcsStore store, GcsStoreOptions options, GcsConnection connection)
{
    private readonly PartBuffers _buffers = new(options.ChunkSize, 4);

    internal async Task<ObjectInfo> WriteAsync(StoragePath path, Stream content, WriteOptions write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var reader = new PartReader(content, _buffers, int.MaxValue, 0);
        var writeId = Guid.NewGuid().ToString("N");
        var first = await reader.FirstAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (first.Length == _buffers.Size)
                return await new GcsUploadSession(store, options, connection, path, write, writeId).WriteAsync(first, reader, cancellationToken).ConfigureAwait(false);
            using (first) return await PutAsync(path, first, reader.Digest, write, writeId, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Kind is StorageErrorKind.AlreadyExists or StorageErrorKind.PreconditionFailed)
        {
            // The store may have done the work and lost the answer: then the request that was sent again met the object that the first one made.
            if (await store.FindObjectAsync(path, cancellationToken).ConfigureAwait(false) is { } found && found.Metadata?.GetValueOrDefault(GcsRecord.WriteId) == writeId)
                return GcsRecord.Info(path, found);
            throw;
        }
    }

    private async Task<ObjectInfo> PutAsync(StoragePath path, UploadPart content, ContentDigest digest, WriteOptions write, string writeId, CancellationToken cancellationToken)
    {
        var resource = JsonSerializer.Serialize(new GcsObject
        {
            Name = path.Key,
            ContentType = write.ContentType ?? "application/octet-stream",
            Crc32c = Crc32C.ToBase64(digest.Crc32C!.Value),
            Metadata = GcsRecord.Metadata(write, digest.Sha256, writeId),
        }, GcsJson.Default.GcsObject);
        var written = await connection.AskAsync(new GcsRequest
        {
            Method = HttpMethod.Post,
            Address = connection.Address($"/upload/storage/v1/b/{Uri.EscapeDataString(path.Bucket)}/o", ("uploadType", "multipart"), ("ifGenerationMatch", GcsStore.Generation(write.Condition))),
            Path = path,
            Operation = "write",
            IsRepeatable = write.Condition.Kind != WriteConditionKind.None,
            Condition = write.Condition,
            Content = () => new MultipartContent("related")
            {
                new StringContent(resource, Encoding.UTF8, "application/json"),
                new UploadContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } },
            },
        }, GcsJson.Default.GcsObject, cancellationToken).ConfigureAwait(false);
        write.Progress?.Report(content.Length);
        await EnsureAsync(store, path, digest, written, cancellationToken).ConfigureAwait(false);
        return GcsRecord.Info(path, written);
    }

    /// <summary>Compares what the store says it has with what was sent; what differs is deleted.</summary>
    internal static async Task EnsureAsync(GcsStore store, StoragePath path, ContentDigest sent, GcsObject written, CancellationToken cancellationToken)
    {
        if (sent.Difference(GcsRecord.Digest(written) with { Sha256 = null }) is not { } difference) return;
        await store.DeleteAsync(path, written.Generation, cancellationToken).ConfigureAwait(false);
        throw StorageErrors.Corrupt(path, $"of what was sent the store says: {difference}; it was deleted again");
    }
}
