using System.Diagnostics;
using System.Globalization;
using AnalysisRunner.Engines.Slurm;
using AnalysisRunner.Tests.Shared;

namespace AnalysisRunner.Engine.Benchmarks;

/// <summary>What the Slurm engine adds to Slurm, on a cluster of virtual nodes that this program starts and ends.</summary>
internal static class SlurmCost
{
    private const int ManyTasks = 10_000;

    public static async Task<int> RunAsync(int tasks, int rounds)
    {
        if (SlurmTestCluster.Missing is { } missing)
        {
            Console.Error.WriteLine($"{missing}.");
            return 2;
        }
        var cluster = new SlurmTestCluster();
        var folder = Directory.CreateTempSubdirectory("engine-bench-").FullName;
        await cluster.InitializeAsync();
        try
        {
            await SubmitAndPollAsync(folder);
            await OverheadAsync(folder, tasks, rounds);
            return 0;
        }
        finally
        {
            await cluster.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>From the call to the moment when Slurm has all, in a partition that starts nothing; and a look at a queue of as many entries.</summary>
    private static async Task SubmitAndPollAsync(string folder)
    {
        var options = new SlurmEngineOptions { Directory = Path.Combine(folder, "many"), Placement = new SlurmPlacement { Partition = "closed" }, ShortestPoll = TimeSpan.FromMilliseconds(100) };
        await using var engine = await SlurmEngine.OpenAsync(options, CancellationToken.None);
        foreach (var (key, count) in new[] { ("warm-up", 10), ("many-1", ManyTasks), ("many-2", ManyTasks), ("many-3", ManyTasks) })
        {
            var started = Stopwatch.StartNew();
            await engine.SubmitAsync(TrivialBatch.Of(key, count), CancellationToken.None);
            while (await SlurmTestCluster.RunAsync("squeue", "-h", "-n", key, "-o", "%F") == "") await Task.Delay(5);
            Say($"{key}: {count} array tasks in Slurm after {started.Elapsed.TotalMilliseconds:F0} ms");
        }

        // A task that is changed has an entry of its own, as one that runs has: the worst that a queue of so many can be.
        var array = await SlurmTestCluster.RunAsync("squeue", "-h", "-n", "many-1", "-o", "%F");
        await SlurmTestCluster.RunAsync("bash", "-c", $"seq 0 {(ManyTasks - 1).ToString(CultureInfo.InvariantCulture)} | sed 's/.*/update JobId={array}_& Nice=1/' | scontrol > /dev/null");
        var entries = (await SlurmTestCluster.RunAsync("squeue", "-h", "-n", "many-1", "-o", "%K")).Split('\n').Length;
        var queue = SlurmCluster.Open(options);
        var times = new List<double>();
        var allocated = 0L;
        for (var round = 0; round < 20; round++)
        {
            var (before, started) = (GC.GetTotalAllocatedBytes(precise: true), Stopwatch.GetTimestamp());
            await queue.ListAsync(CancellationToken.None);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        }
        times.Sort();
        Say($"a look at a queue of {entries} entries: median {times[times.Count / 2]:F0} ms, slowest {times[^1]:F0} ms, {allocated / 1048576d:F1} MiB allocated; peak memory of this process {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576d:F0} MiB");
        foreach (var key in new[] { "warm-up", "many-1", "many-2", "many-3" }) await engine.CancelAsync(key, "measured", CancellationToken.None);
        while (await SlurmTestCluster.RunAsync("squeue", "-h", "-o", "%F") != "") await Task.Delay(100);
    }

    /// <summary>The same number of tasks that do nothing, by bare <c>sbatch --array</c> and through the engine, in turn.</summary>
    private static async Task OverheadAsync(string folder, int tasks, int rounds)
    {
        var script = Path.Combine(folder, "bare.sh");
        await File.WriteAllTextAsync(script, "#!/bin/bash\ntrue\n");
        var logs = Directory.CreateDirectory(Path.Combine(folder, "bare")).FullName;
        await using var engine = await SlurmEngine.OpenAsync(
            new SlurmEngineOptions { Directory = Path.Combine(folder, "state"), ShortestPoll = TimeSpan.FromMilliseconds(250), LongestPoll = TimeSpan.FromSeconds(1) }, CancellationToken.None);
        var (bare, ours, own) = (new List<double>(), new List<double>(), new List<double>());
        using var self = Process.GetCurrentProcess();
        for (var round = 0; round < rounds; round++)
        {
            var started = Stopwatch.StartNew();
            await SlurmTestCluster.RunAsync("sbatch", "--parsable", $"--array=0-{(tasks - 1).ToString(CultureInfo.InvariantCulture)}", $"--output={logs}/%A-%a", script);
            while (await SlurmTestCluster.RunAsync("squeue", "-h", "-o", "%F") != "") await Task.Delay(100);
            bare.Add(started.Elapsed.TotalSeconds);

            self.Refresh();
            var before = self.TotalProcessorTime;
            started.Restart();
            await TrivialBatch.RunAsync(engine, TrivialBatch.Of($"round-{round}", tasks));
            ours.Add(started.Elapsed.TotalSeconds);
            self.Refresh();
            own.Add((self.TotalProcessorTime - before).TotalSeconds);
            Say($"round {round + 1}: {tasks} tasks by sbatch --array in {bare[^1]:F1} s, through the engine in {ours[^1]:F1} s");
        }
        Say($"median: {Median(bare):F1} s and {Median(ours):F1} s, {(Median(ours) / Median(bare) - 1) * 100:F0} % more; the engine itself took {Median(own):F2} s of processor time");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
