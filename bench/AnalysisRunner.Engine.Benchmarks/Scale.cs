using System.Diagnostics;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engine.Benchmarks;

/// <summary>What a large batch costs: memory while it waits, own cpu, a status query while it runs, and opening it again.</summary>
internal static class Scale
{
    private const int Reopened = 100_000;

    /// <summary>Measures with batches of this many jobs; the batch that is opened again has 100,000 unless it is the smaller number.</summary>
    public static async Task RunAsync(Figures figures, int jobs)
    {
        var folder = Directory.CreateTempSubdirectory("engine-bench-").FullName;
        try
        {
            // Memory first: what the rest leaves behind would disturb the count.
            await using (var engine = await TrivialBatch.OpenAsync(folder)) await SubmitWaitingAsync(engine, figures, jobs);
            await ReopenWaitingAsync(folder, figures, jobs);

            await using (var engine = await TrivialBatch.OpenAsync(folder))
            {
                await TrivialBatch.RunAsync(engine, TrivialBatch.Of("warm-up", 200));
                using var queries = new StatusQueries(engine, "large");
                var before = Environment.CpuUsage.TotalTime;
                var started = Stopwatch.StartNew();
                await TrivialBatch.RunAsync(engine, TrivialBatch.Of("large", jobs));
                Figures.Tell($"{jobs} journaled jobs, for each", started.Elapsed.TotalMilliseconds / jobs, "ms");
                figures.Below("own cpu for 1,000 journaled jobs", (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / jobs, 1, "s");
                await queries.ReportAsync(figures);
            }

            var opening = Stopwatch.StartNew();
            await using (var engine = await TrivialBatch.OpenAsync(folder))
            {
                // In proportion, where fewer than 100,000 jobs were run.
                var limit = 2000.0 * Math.Min(jobs, Reopened) / Reopened;
                figures.Below($"opening again, {jobs} finished jobs", opening.Elapsed.TotalMilliseconds, Math.Max(limit, 100), "ms");
                var all = await engine.GetJobsAsync("large", 0, jobs, CancellationToken.None);
                if (all.Count(job => job.State == JobState.Succeeded) != jobs) throw new InvalidOperationException("Some jobs did not succeed.");
                figures.Below("opening again, and reading all of them", opening.Elapsed.TotalMilliseconds, limit, "ms");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The memory of jobs that wait for one that runs, their spec included.</summary>
    private static async Task SubmitWaitingAsync(LocalEngine engine, Figures figures, int jobs)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await engine.SubmitAsync(Waiting(jobs), CancellationToken.None);
        figures.Below("memory for a waiting job", (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)jobs, 1024, "bytes");
    }

    /// <summary>The same of an engine that finds them on the disk, where each job has what it shares with others in a copy of its own.</summary>
    private static async Task ReopenWaitingAsync(string folder, Figures figures, int jobs)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var engine = await TrivialBatch.OpenAsync(folder);
        figures.Below("memory for a waiting job, opened again", (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)jobs, 1024, "bytes");
        await engine.CancelAsync("waiting", "measured", CancellationToken.None);
        while ((await engine.GetAsync("waiting", CancellationToken.None))!.State == BatchState.Running) await Task.Delay(20);
    }

    /// <summary>Jobs as pipeline code describes them: with the variables and attributes that they have from their batch.</summary>
    private static BatchSpec Waiting(int jobs)
    {
        var environment = new Dictionary<string, string> { ["CPG_CONFIG_PATH"] = "/data/config/template.toml,/data/config/run.toml", ["ANALYSIS_RUNNER_AR_GUID"] = "a1b2" };
        var attributes = new Dictionary<string, string> { ["ar-guid"] = "a1b2", ["sample"] = "NA12878" };
        var spec = TrivialBatch.Of("waiting", jobs);
        return spec with
        {
            Jobs = [.. spec.Jobs.Select(job => job with { Command = job.Id == 1 ? "sleep 600" : job.Command, Parents = job.Id == 1 ? [] : [1], Environment = environment, Attributes = attributes })],
        };
    }
}
