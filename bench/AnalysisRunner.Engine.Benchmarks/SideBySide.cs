using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace AnalysisRunner.Engine.Benchmarks;

/// <summary>
/// The engine and, in turn, other programs that run many jobs: each runs the same number of jobs that do nothing, two at a time. Every job is one bash.
/// Snakemake's jobs touch a file each, because it knows no others.
/// </summary>
internal static class SideBySide
{
    private const string Engine = "the engine";
    private const string Make = "GNU make, through bash";
    private const string Parallel = "GNU parallel";
    private const string Snakemake = "Snakemake";

    /// <summary>Snakemake takes long; two rounds tell enough.</summary>
    private const int SnakemakeRounds = 2;

    public static async Task RunAsync(Figures figures, int jobs, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("engine-bench-").FullName;
        try
        {
            var times = new SortedDictionary<string, List<double>>(StringComparer.Ordinal);
            var cpu = new List<double>();
            await using (var engine = await TrivialBatch.OpenAsync(Path.Combine(folder, "state")))
            {
                // The first batch also pays for the compilation of the engine's own code; it is not counted.
                await TrivialBatch.RunAsync(engine, TrivialBatch.Of("warm-up", 200));
                for (var round = 0; round < rounds; round++)
                {
                    var before = Environment.CpuUsage.TotalTime;
                    var started = Stopwatch.StartNew();
                    await TrivialBatch.RunAsync(engine, TrivialBatch.Of($"round-{round}", jobs));
                    Add(Engine, started);
                    cpu.Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds / jobs);

                    var rules = new StringBuilder("SHELL := /bin/bash\n.PHONY: all\nall:");
                    for (var job = 0; job < jobs; job++) rules.Append(CultureInfo.InvariantCulture, $" j{job}");
                    rules.Append('\n');
                    for (var job = 0; job < jobs; job++) rules.Append(CultureInfo.InvariantCulture, $"j{job}:\n\t@true\n");
                    await File.WriteAllTextAsync(Path.Combine(folder, "Makefile"), rules.ToString());
                    Compare(Make, "make", "-s", "-j2");
                    Compare(Parallel, "bash", "-c", $"seq {jobs} | SHELL=/bin/bash parallel --will-cite -n0 -j2 true");
                    if (round >= SnakemakeRounds) continue;
                    await File.WriteAllTextAsync(Path.Combine(folder, "Snakefile"),
                        $"rule all:\n    input: expand('{round}/{{i}}', i=range({jobs}))\nrule one:\n    output: '{round}/{{i}}'\n    shell: 'touch {{output}}'\n");
                    Compare(Snakemake, "snakemake", "-j2", "--quiet", "--nolock");
                }
            }
            foreach (var (name, all) in times)
            {
                Figures.Tell($"{name}, {jobs} jobs, median of {all.Count}, for each", Median(all), "ms");
                Figures.Tell($"{name}, fastest", all.Min(), "ms");
            }
            var engineTime = Median(times[Engine]);
            if (times.TryGetValue(Make, out var make)) figures.Below("the engine to GNU make (medians)", engineTime / Median(make), 3, "times as long");
            if (times.TryGetValue(Parallel, out var parallel)) figures.Above("GNU parallel to the engine (medians)", Median(parallel) / engineTime, 1, "times as long");
            if (times.TryGetValue(Snakemake, out var snakemake)) figures.Above("Snakemake to the engine (medians)", Median(snakemake) / engineTime, 10, "times as long");
            figures.Below("the engine's own cpu for 1,000 jobs, median", Median(cpu), 1, "s");

            void Compare(string name, string program, params ReadOnlySpan<string> arguments)
            {
                var started = Stopwatch.StartNew();
                try
                {
                    using var process = Process.Start(new ProcessStartInfo(program, [.. arguments]) { WorkingDirectory = folder, RedirectStandardError = true })!;
                    var errors = process.StandardError.ReadToEnd();
                    process.WaitForExit();
                    if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {errors}");
                    Add(name, started);
                }
                catch (System.ComponentModel.Win32Exception)
                {
                    Console.WriteLine($"{name} is not installed; left out.");
                }
            }

            void Add(string name, Stopwatch started)
            {
                if (!times.TryGetValue(name, out var all)) times.Add(name, all = []);
                all.Add(started.Elapsed.TotalMilliseconds / jobs);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
