namespace AnalysisRunner.Storage;

/// <summary>Copies and compositions that no store does on its side: read here, verified, and written again.</summary>
internal static class ThroughThisMachine
{
    internal static async Task<ObjectInfo> CopyAsync(
        IObjectStore from, StoragePath source, IObjectStore to, StoragePath destination, WriteOptions? options, CancellationToken cancellationToken)
    {
        var content = await from.OpenReadAsync(source, null, cancellationToken).ConfigureAwait(false);
        await using var opened = content.ConfigureAwait(false);
        return await to.WriteAsync(destination, content, ObjectRules.WithOriginals(options, content.Info), cancellationToken).ConfigureAwait(false);
    }

    internal static async Task<ObjectInfo> ComposeAsync(
        IObjectStore store, IReadOnlyList<StoragePath> parts, StoragePath destination, WriteOptions? options, CancellationToken cancellationToken)
    {
        ObjectRules.EnsureObject(destination, store.Scheme);
        ObjectRules.EnsureParts(parts, destination);
        var content = new ConcatenatedStream(store, parts);
        await using var opened = content.ConfigureAwait(false);
        return await store.WriteAsync(destination, content, options, cancellationToken).ConfigureAwait(false);
    }
}
