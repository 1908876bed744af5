using System.Text;
using System.Text.Json;
using AnalysisRunner.Storage.Integrity;

namespace AnalysisRunner.Storage.Gcs;

/// <summary>
/// Composes objects on Google's side, 32 at a time; more in two steps, through objects beside the destination that are deleted again. The checksum of the whole must be
/// that of the parts, end to end.
/// </summary>
internal sealed class GcsComposer(GcsStore store, GcsConnection connection)
{
    private const int MostAtOnce = 32;
    private const int Parallelism = 16;

    internal async Task<ObjectInfo> ComposeAsync(IReadOnlyList<StoragePath> parts, StoragePath destination, WriteOptions write, CancellationToken cancellationToken)
    {
        var found = new ObjectInfo[parts.Count];
        await Parallel.ForAsync(0, parts.Count, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken }, async (i, token) =>
            found[i] = await store.FindAsync(parts[i], token).ConfigureAwait(false) ?? throw StorageErrors.NotFound(parts[i])).ConfigureAwait(false);
        if (found.Length <= MostAtOnce) return await OnceAsync(found, destination, write, cancellationToken).ConfigureAwait(false);

        var middle = new List<ObjectInfo>();
        try
        {
            foreach (var some in found.Chunk(MostAtOnce))
            {
                var beside = destination.Parent.Combine($"{destination.Name}.composing-{Guid.NewGuid():N}");
                middle.Add(await OnceAsync(some, beside, new WriteOptions { Condition = WriteCondition.CreateOnly }, cancellationToken).ConfigureAwait(false));
            }
            return await OnceAsync(middle, destination, write, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await store.DeleteAsync([.. middle.Select(info => info.Path)], CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<ObjectInfo> OnceAsync(IReadOnlyList<ObjectInfo> parts, StoragePath destination, WriteOptions write, CancellationToken cancellationToken)
    {
        var writeId = Guid.NewGuid().ToString("N");
        var body = JsonSerializer.Serialize(new GcsComposition
        {
            SourceObjects = [.. parts.Select(part => new GcsComponent { Name = part.Path.Key, Generation = part.Version })],
            Destination = new GcsObject { ContentType = write.ContentType ?? "application/octet-stream", Metadata = GcsRecord.Metadata(write, null, writeId) },
        }, GcsJson.Default.GcsComposition);
        GcsObject made;
        try
        {
            made = await connection.AskAsync(new GcsRequest
            {
                Method = HttpMethod.Post,
                Address = connection.Address($"/storage/v1/b/{Uri.EscapeDataString(destination.Bucket)}/o/{Uri.EscapeDataString(destination.Key)}/compose", ("ifGenerationMatch", GcsStore.Generation(write.Condition))),
                Path = destination,
                Operation = "write",
                IsRepeatable = write.Condition.Kind != WriteConditionKind.None,
                Condition = write.Condition,
                Content = () => new StringContent(body, Encoding.UTF8, "application/json"),
            }, GcsJson.Default.GcsObject, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Kind is StorageErrorKind.AlreadyExists or StorageErrorKind.PreconditionFailed)
        {
            if (await store.FindObjectAsync(destination, cancellationToken).ConfigureAwait(false) is not { } found || found.Metadata?.GetValueOrDefault(GcsRecord.WriteId) != writeId) throw;
            made = found;
        }
        var (length, crc) = (0L, (uint?)0u);
        foreach (var part in parts)
        {
            crc = crc is { } before && part.Crc32C is { } added ? Crc32C.Combine(before, added, part.Length) : null;
            length += part.Length;
        }
        await GcsWriter.EnsureAsync(store, destination, new ContentDigest(length, null, crc), made, cancellationToken).ConfigureAwait(false);
        write.Progress?.Report(length);
        return GcsRecord.Info(destination, made);
    }
}
