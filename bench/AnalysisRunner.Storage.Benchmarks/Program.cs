// Copies objects between local disk and a real S3 engine (Ceph's gateway, started here), in turn with rclone; each copy is a process of its own, so that
// start-up counts for both. Usage: dotnet run -c Release --project bench/AnalysisRunner.Storage.Benchmarks [megabytes] [small objects] [rounds]

using System.Globalization;
using AnalysisRunner.Storage.Benchmarks;
using AnalysisRunner.Storage.TestServers.Ceph;

if (args is ["copy", var source, var destination]) return await Copying.RunAsync(source, destination);

var megabytes = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1024;
var small = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 10_000;
var rounds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 3;

await using var gateway = await CephGateway.StartAsync(16L * 1024 * 1024 * 1024);
await gateway.CreateBucketAsync("bench");
var folder = Directory.CreateTempSubdirectory("storage-bench-").FullName;
try
{
    var comparison = new Comparison(gateway, folder, rounds);
    Console.WriteLine("| | ours s | rclone s | rclone / ours | ours cpu s | rclone cpu s | ours peak MB |");
    Console.WriteLine("|---|---|---|---|---|---|---|");
    await comparison.LargeAsync(megabytes);
    await comparison.SmallAsync(small);
    await Existence.RunAsync(gateway, 10_000, 100);
}
finally
{
    Directory.Delete(folder, recursive: true);
}
return 0;
