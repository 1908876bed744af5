using System.Globalization;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines;
using AnalysisRunner.Engines.Local;
using AnalysisRunner.Engines.Local.Processes;
using AnalysisRunner.Engines.Slurm;
using AnalysisRunner.Engines.TestHost;

// STATE-FOLDER SPEC-FILE [before|after N]: opens the engine, submits the batch and waits for its end.
// With a failpoint it kills itself with -9 just before or just after the N-th start of a process.
// STATE-FOLDER SPEC-FILE slurm: the same with the engine of a Slurm cluster.
await using var engine = await OpenAsync(args);
await using var specFile = File.OpenRead(args[1]);
var spec = (await JsonSerializer.DeserializeAsync(specFile, ContractsJson.Default.BatchSpec))!;
var changes = engine.WatchAsync(CancellationToken.None);
var summary = await engine.SubmitAsync(spec, CancellationToken.None);
Console.WriteLine("submitted");
if (summary.State == BatchState.Running)
{
    await foreach (var change in changes)
    {
        if (change.Key == spec.Key && change.State != BatchState.Running) break;
    }
}

static async Task<IBatchEngine> OpenAsync(string[] args)
{
    if (args is [_, _, "slurm"])
    {
        return await SlurmEngine.OpenAsync(
            new SlurmEngineOptions { Directory = args[0], ShortestPoll = TimeSpan.FromMilliseconds(50), LongestPoll = TimeSpan.FromMilliseconds(250) }, CancellationToken.None);
    }
    IJobProcesses processes = new PosixJobProcesses();
    if (args.Length > 2) processes = new DeadlyProcesses(processes, args[2], int.Parse(args[3], CultureInfo.InvariantCulture));
    return LocalEngine.Open(new LocalEngineOptions { Directory = args[0], MilliCpu = 4000 }, processes);
}
