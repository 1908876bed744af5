// Measures a shared server. Usage:
//   dotnet run -c Release --project bench/AnalysisRunner.Server.Load -- submit [clients=64] [seconds=30] [rounds=3] [sqlite|postgres]
//   dotnet run -c Release --project bench/AnalysisRunner.Server.Load -- accept …    the same, with drivers that never end
//   dotnet run -c Release --project bench/AnalysisRunner.Server.Load -- follow [followers=1000]
// State folder and database lie where TMPDIR says; docs/performance.md tells what its file system makes of the figures.
// Writes a line of a table per round; the exit code is 0 when all rounds met the demands. Linux only: it reads /proc.

using System.Globalization;
using AnalysisRunner.Server.Load;
using AnalysisRunner.Server.Tests.Record;

if (args is ["serve" or "hold", var settings, var url]) return await LoadedServer.ServeAsync(settings, url, holds: args[0] == "hold");

var verb = args.Length > 0 ? args[0] : "submit";
var clients = Number(1, 64);
var seconds = Number(2, 30);
var rounds = Number(3, 3);
string[] databases = args.Length > 4 ? [args[4]] : ["sqlite", "postgres"];
if (verb == "follow")
{
    Console.WriteLine("| log | followers | last after first ms | server cpu ms each | peak MiB before | peak MiB after | KiB each |");
    Console.WriteLine("|---|---|---|---|---|---|---|");
    foreach (var database in databases)
    {
        await using var server = await LoadedServer.StartAsync(database == "postgres" ? await PostgresCluster.CreateDatabaseAsync() : "sqlite", 1, holds: true);
        await FollowerLoad.RunAsync(server, database, Number(1, 1000));
    }
    return 0;
}
if (verb is not ("submit" or "accept")) throw new ArgumentException($"'{verb}' is nothing that this program measures; see its first lines.");

Console.WriteLine(SubmissionLoad.Head);
var isMet = true;
foreach (var database in databases)
{
    var isPostgres = database == "postgres";
    if (isPostgres) PostgresCluster.IsDurable = true;
    await using var server = await LoadedServer.StartAsync(isPostgres ? await PostgresCluster.CreateDatabaseAsync() : "sqlite", clients, holds: verb == "accept");
    using var load = new SubmissionLoad(server, clients, isPostgres ? () => Usage.OfTree(PostgresCluster.ProcessId) : null);
    await load.ConnectAsync();
    await load.WarmUpAsync(TimeSpan.FromSeconds(Math.Min(20, seconds)));
    for (var round = 0; round < rounds; round++) isMet &= await load.MeasureAsync(TimeSpan.FromSeconds(seconds));
}
Console.WriteLine(isMet ? "The demands are met." : $"The demands are missed: {SubmissionLoad.DemandedRate} accepted a second with a 99th percentile under {SubmissionLoad.DemandedLatency} ms.");
return isMet ? 0 : 1;

int Number(int index, int fallback) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : fallback;
