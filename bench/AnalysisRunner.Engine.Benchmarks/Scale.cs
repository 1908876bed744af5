using System.Diagnostics;
using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engine.Benchmarks;

/// <summary>What a large batch costs: own cpu, a status query while it runs, opening it again, and memory while it waits.</summary>
internal static class Scale
{
    public static async Task RunAsync(int jobs)
    {
        var folder = Directory.CreateTempSubdirectory("engine-bench-").FullName;
        try
        {
            // Memory first: what the rest leaves behind would disturb the count.
            await using (var engine = await TrivialBatch.OpenAsync(folder)) await WaitingAsync(engine, jobs);

            await using (var engine = await TrivialBatch.OpenAsync(folder))
            {
                await TrivialBatch.RunAsync(engine, TrivialBatch.Of("warm-up", 200));
                using var ended = new CancellationTokenSource();
                var queries = Task.Run(() => QueryAsync(engine, "large", ended.Token));
                var before = Environment.CpuUsage.TotalTime;
                var started = Stopwatch.StartNew();
                await TrivialBatch.RunAsync(engine, TrivialBatch.Of("large", jobs));
                Say($"{jobs} jobs run: {started.Elapsed.TotalMilliseconds / jobs:F2} ms per job");
                Say($"own cpu per 1,000 jobs: {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds / jobs:F2} s");
                await ended.CancelAsync();
                var times = await queries;
                Say($"status query while it ran (batch, and a page of 50 jobs): median {times[times.Count / 2]:F2} ms, 99 % {times[times.Count * 99 / 100]:F2} ms, longest {times[^1]:F2} ms, {times.Count} queries");
            }

            var opening = Stopwatch.StartNew();
            await using (var engine = await TrivialBatch.OpenAsync(folder))
            {
                Say($"opened again: {opening.Elapsed.TotalMilliseconds:F0} ms");
                opening.Restart();
                var all = await engine.GetJobsAsync("large", 0, jobs, CancellationToken.None);
                Say($"and its {all.Count(job => job.State == JobState.Succeeded)} succeeded jobs read: {opening.Elapsed.TotalMilliseconds:F0} ms");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The memory of jobs that wait for one that runs, their spec included.</summary>
    private static async Task WaitingAsync(LocalEngine engine, int jobs)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await engine.SubmitAsync(Waiting(jobs), CancellationToken.None);
        Say($"memory per waiting job: {(GC.GetTotalMemory(forceFullCollection: true) - before) / (double)jobs:F0} bytes");
        await engine.CancelAsync("waiting", "measured", CancellationToken.None);
        while ((await engine.GetAsync("waiting", CancellationToken.None))!.State == BatchState.Running) await Task.Delay(20);
    }

    private static BatchSpec Waiting(int jobs) => TrivialBatch.Of("waiting", jobs) is var spec
        ? spec with { Jobs = [.. spec.Jobs.Select(job => job.Id == 1 ? job with { Command = "sleep 600" } : job with { Parents = [1] })] }
        : throw new UnreachableException();

    private static async Task<List<double>> QueryAsync(LocalEngine engine, string key, CancellationToken ended)
    {
        var times = new List<double>();
        for (var page = 0; !ended.IsCancellationRequested; page++)
        {
            var started = Stopwatch.GetTimestamp();
            if (await engine.GetAsync(key, CancellationToken.None) is { } summary)
            {
                await engine.GetJobsAsync(key, page * 50 % summary.Jobs.Total, 50, CancellationToken.None);
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
            await Task.Delay(100, CancellationToken.None);
        }
        times.Sort();
        return times;
    }

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
