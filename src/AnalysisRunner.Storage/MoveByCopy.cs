namespace AnalysisRunner.Storage;

/// <summary>Moves an object as the stores can: a copy, then the deletion of exactly what was copied.</summary>
internal static class MoveByCopy
{
    internal static async Task<ObjectInfo> RunAsync(
        IObjectStore store, StoragePath source, StoragePath destination, WriteOptions? options, CancellationToken cancellationToken)
    {
        if (source == destination) throw StorageErrors.Malformed(destination.ToString(), "is where the object already is");
        var original = await store.FindAsync(source, cancellationToken).ConfigureAwait(false) ?? throw StorageErrors.NotFound(source);
        var moved = await store.CopyAsync(source, destination, options, cancellationToken).ConfigureAwait(false);
        await store.DeleteAsync(source, original.Version, cancellationToken).ConfigureAwait(false);
        return moved;
    }
}
