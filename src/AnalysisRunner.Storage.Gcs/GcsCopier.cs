using System.Globalization;
using System.Text;
using System.Text.Json;
using AnalysisRunner.Storage.Integrity;

namespace AnalysisRunner.Storage.Gcs;

/// <summary>Copies objects on Google's side; between classes and locations that takes several calls, each of which goes on where the one before stopped.</summary>
internal sealed class GcsCopier(GcsStore store, GcsConnection connection)
{
    internal async Task<ObjectInfo> CopyAsync(StoragePath source, StoragePath destination, WriteOptions write, CancellationToken cancellationToken)
    {
        var original = await store.FindObjectAsync(source, cancellationToken).ConfigureAwait(false) ?? throw StorageErrors.NotFound(source);
        var info = GcsRecord.Info(source, original);
        write = ObjectRules.WithOriginals(write, info);
        var writeId = Guid.NewGuid().ToString("N");
        GcsObject copied;
        try
        {
            copied = await RewriteAsync(source, destination, info, write, writeId, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Kind is StorageErrorKind.AlreadyExists or StorageErrorKind.PreconditionFailed)
        {
            // As for a write: the copy may be there, and only its answer was lost.
            if (await store.FindObjectAsync(destination, cancellationToken).ConfigureAwait(false) is not { } found || found.Metadata?.GetValueOrDefault(GcsRecord.WriteId) != writeId) throw;
            copied = found;
        }
        await GcsWriter.EnsureAsync(store, destination, new ContentDigest(info.Length, null, info.Crc32C), copied, cancellationToken).ConfigureAwait(false);
        return GcsRecord.Info(destination, copied);
    }

    private async Task<GcsObject> RewriteAsync(StoragePath source, StoragePath destination, ObjectInfo original, WriteOptions write, string writeId, CancellationToken cancellationToken)
    {
        var resource = JsonSerializer.Serialize(
            new GcsObject { ContentType = write.ContentType, Metadata = GcsRecord.Metadata(write, original.Sha256, writeId) }, GcsJson.Default.GcsObject);
        string? token = null;
        while (true)
        {
            var step = await connection.AskAsync(new GcsRequest
            {
                Method = HttpMethod.Post,
                Address = connection.Address(
                    $"/storage/v1/b/{Uri.EscapeDataString(source.Bucket)}/o/{Uri.EscapeDataString(source.Key)}/rewriteTo/b/{Uri.EscapeDataString(destination.Bucket)}/o/{Uri.EscapeDataString(destination.Key)}",
                    ("sourceGeneration", original.Version), ("ifGenerationMatch", GcsStore.Generation(write.Condition)), ("rewriteToken", token)),
                Path = destination,
                Operation = "write",
                IsRepeatable = write.Condition.Kind != WriteConditionKind.None,
                Condition = write.Condition,
                Content = () => new StringContent(resource, Encoding.UTF8, "application/json"),
            }, GcsJson.Default.GcsRewrite, cancellationToken).ConfigureAwait(false);
            write.Progress?.Report(long.Parse(step.TotalBytesRewritten ?? "0", CultureInfo.InvariantCulture));
            if (step.Done) return step.Resource ?? throw StorageErrors.Unavailable(destination, "the copy is done, and the answer does not describe it");
            token = step.RewriteToken ?? throw StorageErrors.Unavailable(destination, "the copy is not done, and the answer has no token to go on with");
        }
    }
}
