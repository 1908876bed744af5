using System.Globalization;
using AnalysisRunner.Storage.Files;
using AnalysisRunner.Storage.S3;
using AnalysisRunner.Storage.Transfers;

namespace AnalysisRunner.Storage.Benchmarks;

/// <summary>Copies a file or a folder, as a program of its own would, and prints the peak of its memory.</summary>
internal static class Copying
{
    internal const int Parallelism = 4;

    internal static async Task<int> RunAsync(string from, string to)
    {
        var (source, destination) = (StoragePath.Parse(from), StoragePath.Parse(to));
        // rclone does not wait for the disk either.
        await using var stores = new ObjectStores(new FileStore(new FileStoreOptions { Durable = Environment.GetEnvironmentVariable("BENCH_DURABLE") == "1" }), new StoreProvider().Open());
        if (source.IsFile && Directory.Exists(source.LocalPath))
        {
            await EachAsync(Directory.EnumerateFiles(source.LocalPath), file => CopyAsync(stores, StoragePath.FromLocal(file), destination.Combine(Path.GetFileName(file))));
        }
        else if (!source.IsFile && await stores.For(source).FindAsync(source) is null)
        {
            Directory.CreateDirectory(destination.LocalPath);
            var names = new List<StoragePath>();
            await foreach (var entry in stores.For(source).ListAsync(source, ListOptions.All)) names.Add(entry.Path);
            await EachAsync(names, path => CopyAsync(stores, path, destination.Combine(path.Name)));
        }
        else
        {
            await CopyAsync(stores, source, destination);
        }
        if (Environment.GetEnvironmentVariable("BENCH_ALLOCATIONS") == "1")
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"allocated {GC.GetTotalAllocatedBytes()}, collections {GC.CollectionCount(0)}, processor {Environment.CpuUsage.TotalTime.TotalSeconds:F2} s"));
        Console.WriteLine((await File.ReadAllLinesAsync("/proc/self/status")).Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        return 0;
    }

    private static Task<ObjectInfo> CopyAsync(ObjectStores stores, StoragePath source, StoragePath destination) =>
        source.IsFile && destination.IsFile ? stores.CopyAsync(source, destination)
        : source.IsFile ? stores.For(destination).UploadAsync(source.LocalPath, destination)
        : stores.For(source).DownloadAsync(source, destination.LocalPath);

    private static Task EachAsync<T>(IEnumerable<T> items, Func<T, Task> work) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = Parallelism }, async (item, _) => await work(item));
}
