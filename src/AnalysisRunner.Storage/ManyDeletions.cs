namespace AnalysisRunner.Storage;

/// <summary>Deletes one by one, some at a time, and tells every failure at the end.</summary>
internal static class ManyDeletions
{
    private const int Parallelism = 16;

    internal static async Task RunAsync(IReadOnlyCollection<StoragePath> paths, Func<StoragePath, Task> delete, CancellationToken cancellationToken)
    {
        var failures = new List<StorageException>();
        await Parallel.ForEachAsync(paths, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken }, async (path, _) =>
        {
            try
            {
                await delete(path).ConfigureAwait(false);
            }
            catch (StorageException error)
            {
                lock (failures) failures.Add(error);
            }
        }).ConfigureAwait(false);
        if (failures.Count > 0) throw new AggregateException($"{failures.Count} of {paths.Count} objects could not be deleted.", failures);
    }
}
