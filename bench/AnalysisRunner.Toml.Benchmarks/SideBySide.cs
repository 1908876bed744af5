using System.Diagnostics;
using System.Text.Json;

namespace AnalysisRunner.Toml.Benchmarks;

/// <summary>
/// Both readers in turn, many times, and the fastest and median of each: on a machine that others use too, this says more than a mean.
/// </summary>
internal static class SideBySide
{
    public static void Run()
    {
        // Before any document hands its memory on, so that what is borrowed later is counted here.
        var sizes = new[] { (10_000, 20_000), (100_000, 4_000), (1_000_000, 400), (10_000_000, 40), (100_000_000, 20) };
        var allocated = Array.ConvertAll(sizes, size => BytesPerByte(RealisticConfig.Toml(size.Item1)));
        for (var s = 0; s < sizes.Length; s++)
        {
            var (size, rounds) = sizes[s];
            var toml = RealisticConfig.Toml(size);
            var json = RealisticConfig.Json(toml);
            var tomlTimes = new double[rounds];
            var jsonTimes = new double[rounds];
            for (var i = 0; i < rounds; i++)
            {
                jsonTimes[i] = Time(() => JsonDocument.Parse(json).Dispose());
                tomlTimes[i] = Time(() => TomlDocument.Parse(toml, options: RealisticConfig.Large).Dispose());
            }

            Array.Sort(tomlTimes);
            Array.Sort(jsonTimes);
            Console.WriteLine(FormattableString.Invariant(
                $"{toml.Length} bytes: TOML {toml.Length / tomlTimes[0]:F0} MB/s (median {toml.Length / tomlTimes[rounds / 2]:F0}), JSON {json.Length / jsonTimes[0]:F0} (median {json.Length / jsonTimes[rounds / 2]:F0}), {allocated[s]:F2} bytes allocated per byte"));
        }
    }

    private static double BytesPerByte(byte[] toml)
    {
        // What is made once for the process is no part of it.
        GC.KeepAlive(TomlDocument.Parse("a = 1"));
        var before = GC.GetAllocatedBytesForCurrentThread();
        GC.KeepAlive(TomlDocument.Parse(toml, options: RealisticConfig.Large));
        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / toml.Length;
    }

    private static double Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }
}
