using AnalysisRunner.Contracts;
using AnalysisRunner.Engines;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engine.Benchmarks;

/// <summary>Batches of jobs that do nothing, two at a time.</summary>
internal static class TrivialBatch
{
    public static BatchSpec Of(string key, int jobs) => new()
    {
        Key = key,
        Name = key,
        Jobs = [.. Enumerable.Range(1, jobs).Select(id => new JobSpec { Id = id, Name = $"job {id}", Command = "true" })],
    };

    public static Task<LocalEngine> OpenAsync(string folder) =>
        LocalEngine.OpenAsync(new LocalEngineOptions { Directory = folder, MilliCpu = 2000 }, CancellationToken.None);

    /// <summary>Submits a batch and waits for its end.</summary>
    public static async Task RunAsync(IBatchEngine engine, BatchSpec spec)
    {
        var changes = engine.WatchAsync(CancellationToken.None);
        await engine.SubmitAsync(spec, CancellationToken.None);
        await foreach (var change in changes)
        {
            if (change.Key != spec.Key || change.State == BatchState.Running) continue;
            if (change.State != BatchState.Succeeded) throw new InvalidOperationException($"The batch did not succeed: {change.Reason}");
            return;
        }
    }
}
