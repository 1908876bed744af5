namespace AnalysisRunner.Storage;

/// <summary>Finds which objects exist with one listing per folder, narrowed to what the wanted names share, and compares exact keys.</summary>
internal static class ExactListing
{
    private const int Parallelism = 8;

    internal static async Task<IReadOnlySet<StoragePath>> FindAsync(IObjectStore store, IReadOnlyCollection<StoragePath> paths, CancellationToken cancellationToken)
    {
        var found = new HashSet<StoragePath>();
        var folders = paths.Distinct().GroupBy(path => path.Parent);
        await Parallel.ForEachAsync(folders, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken }, async (folder, token) =>
        {
            var wanted = folder.ToHashSet();
            var present = wanted.Count == 1 ? await OneAsync(store, wanted.First(), token).ConfigureAwait(false) : await ListedAsync(store, folder.Key, wanted, token).ConfigureAwait(false);
            lock (found) found.UnionWith(present);
        }).ConfigureAwait(false);
        return found;
    }

    // A listing pages through every name with the same beginning; one object is asked for by its name.
    private static async Task<List<StoragePath>> OneAsync(IObjectStore store, StoragePath path, CancellationToken cancellationToken) =>
        await store.FindAsync(path, cancellationToken).ConfigureAwait(false) is null ? [] : [path];

    private static async Task<List<StoragePath>> ListedAsync(IObjectStore store, StoragePath folder, HashSet<StoragePath> wanted, CancellationToken cancellationToken)
    {
        var present = new List<StoragePath>();
        var options = new ListOptions { Prefix = SharedBeginning([.. wanted.Select(path => path.Name)]) };
        await foreach (var entry in store.ListAsync(folder, options, cancellationToken).ConfigureAwait(false))
        {
            if (entry.IsFolder || !wanted.Contains(entry.Path)) continue;
            present.Add(entry.Path);
            if (present.Count == wanted.Count) break;
        }
        return present;
    }

    private static string SharedBeginning(List<string> names)
    {
        var shared = names[0].Length;
        foreach (var name in names) shared = Math.Min(shared, names[0].AsSpan().CommonPrefixLength(name));
        // Half a surrogate pair is no text that a request could carry.
        if (shared > 0 && char.IsHighSurrogate(names[0][shared - 1])) shared--;
        return names[0][..shared];
    }
}
