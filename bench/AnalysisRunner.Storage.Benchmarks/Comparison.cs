using System.Diagnostics;
using System.Globalization;
using AnalysisRunner.Storage.TestServers.Ceph;

namespace AnalysisRunner.Storage.Benchmarks;

/// <summary>Runs the same copy by both programs, in turn.</summary>
internal sealed class Comparison(CephGateway gateway, string folder, int rounds)
{
    private readonly string _remote = string.Create(CultureInfo.InvariantCulture,
        $":s3,provider=Ceph,access_key_id={CephGateway.AccessKey},secret_access_key={CephGateway.SecretKey},endpoint='{gateway.Endpoint.ToString().TrimEnd('/')}':bench/");

    internal async Task LargeAsync(int megabytes)
    {
        var file = Path.Combine(folder, "large");
        await WriteAsync(file, megabytes * 1024L * 1024L);
        await RowAsync($"{megabytes} MB to the S3 engine", file, round => ($"s3://bench/ours/{round}", $"{_remote}theirs/{round}"));
        await RowAsync($"{megabytes} MB from the S3 engine", null, round => (Path.Combine(folder, "ours-down"), Path.Combine(folder, "theirs-down")), ("s3://bench/ours/0", _remote + "theirs/0"));
        await RowAsync($"{megabytes} MB on the local disk", file, round => (Path.Combine(folder, "ours-copy"), Path.Combine(folder, "theirs-copy")));
    }

    internal async Task SmallAsync(int count)
    {
        var many = Directory.CreateDirectory(Path.Combine(folder, "many")).FullName;
        for (var i = 0; i < count; i++) await File.WriteAllTextAsync(Path.Combine(many, $"object-{i:00000}"), $"small content {i}");
        await RowAsync($"{count} small objects up", many, round => ($"s3://bench/many/{round}", $"{_remote}theirs-many/{round}"), folders: true);
        await RowAsync($"{count} small objects down", null, round => (Path.Combine(folder, $"many-ours-{round}"), Path.Combine(folder, $"many-theirs-{round}")),
            ("s3://bench/many/0", _remote + "theirs-many/0"), folders: true);
    }

    private async Task RowAsync(
        string name, string? source, Func<int, (string Ours, string Theirs)> destinations, (string Ours, string Theirs)? sources = null, bool folders = false)
    {
        var (ours, theirs) = (new List<Measured>(), new List<Measured>());
        for (var round = 0; round < rounds; round++)
        {
            var (to, their) = destinations(round);
            foreach (var gone in new[] { to, their }.Where(File.Exists)) File.Delete(gone);
            // In turn also in who begins: the second one finds files in the cache that the first one made the system read.
            if (round % 2 == 0) ours.Add(await OursAsync(sources?.Ours ?? source!, to));
            theirs.Add(await RunAsync("rclone", folders ? "copy" : "copyto", sources?.Theirs ?? source!, their,
                "--s3-upload-concurrency", "4", "--s3-chunk-size", "5M", "--multi-thread-streams", "4", "--transfers", "4", "--checkers", "4", "--config", "/dev/null"));
            if (round % 2 != 0) ours.Add(await OursAsync(sources?.Ours ?? source!, to));
        }
        var (best, other) = (ours.MinBy(run => run.Wall)!, theirs.MinBy(run => run.Wall)!);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {best.Wall:F2} | {other.Wall:F2} | {other.Wall / best.Wall:F2} | {best.Cpu:F2} | {other.Cpu:F2} | {ours.Max(run => run.PeakMegabytes):F0} |"));
    }

    private Task<Measured> OursAsync(string from, string to) => RunAsync("dotnet", "exec", typeof(Comparison).Assembly.Location, "copy", from, to);

    private async Task<Measured> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        // rclone cannot combine it with its own transport.
        start.Environment.Remove("AWS_CA_BUNDLE");
        start.Environment["AWS_ENDPOINT_URL"] = gateway.Endpoint.ToString();
        start.Environment["AWS_ACCESS_KEY_ID"] = CephGateway.AccessKey;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = CephGateway.SecretKey;
        var before = ProcessorSecondsOfChildren();
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        return new Measured(clock.Elapsed.TotalSeconds, ProcessorSecondsOfChildren() - before, double.TryParse(output, CultureInfo.InvariantCulture, out var kilobytes) ? kilobytes / 1024 : 0);
    }

    // The kernel adds up what children took when they have ended; fields 16 and 17 of stat, in hundredths of a second.
    private static double ProcessorSecondsOfChildren()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[13], CultureInfo.InvariantCulture) + long.Parse(fields[14], CultureInfo.InvariantCulture)) / 100.0;
    }

    private static async Task WriteAsync(string path, long length)
    {
        var random = new Random(1);
        var block = new byte[1024 * 1024];
        await using var file = File.Create(path);
        for (var written = 0L; written < length; written += block.Length)
        {
            random.NextBytes(block);
            await file.WriteAsync(block);
        }
    }

    private sealed record Measured(double Wall, double Cpu, double PeakMegabytes);
}
