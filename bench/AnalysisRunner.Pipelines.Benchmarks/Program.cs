using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Pipelines;

// One measurement per process, because it is about the peak of memory: dotnet run -c Release -- SHAPE JOBS
Dictionary<string, Action<Batch, int>> shapes = new()
{
    ["files"] = Shapes.Files,
    ["dependencies"] = Shapes.Dependencies,
    ["chain"] = Shapes.Chain,
    ["backwards"] = Shapes.Backwards,
};
if (args is not [var shape, var number] || !shapes.TryGetValue(shape, out var describe) || !int.TryParse(number, CultureInfo.InvariantCulture, out var jobs))
{
    Console.Error.WriteLine($"Usage: SHAPE JOBS, where SHAPE is one of {string.Join(", ", shapes.Keys)}.");
    return 2;
}

var process = Process.GetCurrentProcess();
var (wall, cpu, allocated) = (Stopwatch.StartNew(), process.TotalProcessorTime, GC.GetTotalAllocatedBytes());
var batch = Batch.Create("bench");
describe(batch, jobs);
Report("described");
var plan = batch.Plan();
Report("described, validated and composed");
var dependencies = plan.Spec.Jobs.Sum(job => (long)job.Parents.Count);

(wall, cpu, allocated) = (Stopwatch.StartNew(), process.TotalProcessorTime, GC.GetTotalAllocatedBytes());
await using var counted = new CountingStream();
await JsonSerializer.SerializeAsync(counted, plan.Spec, ContractsJson.Default.BatchSpec);
Report(string.Create(CultureInfo.InvariantCulture, $"serialised as a stream of {counted.Bytes / 1e6:F0} MB"));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{shape}: {plan.Spec.Jobs.Count} jobs, {dependencies} dependencies"));
return 0;

void Report(string what)
{
    process.Refresh();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{what,-50} {wall.Elapsed.TotalSeconds,7:F2} s wall {(process.TotalProcessorTime - cpu).TotalSeconds,7:F2} s cpu, peak {process.PeakWorkingSet64 / 1e6,6:F0} MB, {(GC.GetTotalAllocatedBytes() - allocated) / (double)jobs,6:F0} bytes allocated a job, collections {GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)}"));
}
