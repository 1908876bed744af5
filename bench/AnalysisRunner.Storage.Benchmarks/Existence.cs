using System.Globalization;
using Amazon.Runtime;
using AnalysisRunner.Storage.S3;
using AnalysisRunner.Storage.TestServers;
using AnalysisRunner.Storage.TestServers.Ceph;

namespace AnalysisRunner.Storage.Benchmarks;

/// <summary>Counts the requests of "which of these outputs exist".</summary>
internal static class Existence
{
    internal static async Task RunAsync(CephGateway gateway, int outputs, int folders)
    {
        using var forwarding = new ForwardingProxy(gateway.Endpoint);
        await using var counting = await LoopbackServer.StartAsync(forwarding.HandleAsync);
        await using var store = new S3Store(new S3StoreOptions { Endpoint = counting.Endpoint, Credentials = new BasicAWSCredentials(CephGateway.AccessKey, CephGateway.SecretKey) });
        var paths = Enumerable.Range(0, outputs).Select(i => StoragePath.Parse(string.Create(CultureInfo.InvariantCulture, $"s3://bench/exist/folder{i % folders}/sample{i / folders:0000}.vcf.gz"))).ToList();
        await Parallel.ForEachAsync(paths, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (path, token) => await store.WriteAsync(path, Stream.Null, null, token));
        counting.Faults.Requests.Clear();

        var found = await store.ExistAsync(paths);

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Existence of {outputs} outputs in {folders} folders: {found.Count} found with {counting.Faults.Requests.Count} requests."));
    }
}
