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
    /// <summary>Snakemake takes long; two rounds tell enough.</summary>
    private const int SnakemakeRounds = 2;

    public static async Task RunAsync(int jobs, int rounds)
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
                    Add("engine", started);
                    cpu.Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds / jobs);

                    var rules = new StringBuilder("SHELL := /bin/bash\n.PHONY: all\nall:");
                    for (var job = 0; job < jobs; job++) rules.Append(CultureInfo.InvariantCulture, $" j{job}");
                    rules.Append('\n');
                    for (var job = 0; job < jobs; job++) rules.Append(CultureInfo.InvariantCulture, $"j{job}:\n\t@true\n");
                    await File.WriteAllTextAsync(Path.Combine(folder, "Makefile"), rules.ToString());
                    Compare("GNU make, through bash", "make", "-s", "-j2");
                    Compare("GNU parallel", "bash", "-c", $"seq {jobs} | SHELL=/bin/bash parallel --will-cite -n0 -j2 true");
                    if (round >= SnakemakeRounds) continue;
                    await File.WriteAllTextAsync(Path.Combine(folder, "Snakefile"),
                        $"rule all:\n    input: expand('{round}/{{i}}', i=range({jobs}))\nrule one:\n    output: '{round}/{{i}}'\n    shell: 'touch {{output}}'\n");
                    Compare("Snakemake", "snakemake", "-j2", "--quiet", "--nolock");
                }
            }
            Console.WriteLine($"wall milliseconds per job, {jobs} jobs, two at a time, {rounds} rounds in turn");
            Console.WriteLine("| | fastest | median |\n|---|---|---|");
            foreach (var (name, all) in times)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {all.Min():F2} | {Median(all):F2} |"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the engine's own cpu per job: fastest {cpu.Min():F2} ms, median {Median(cpu):F2} ms"));

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
