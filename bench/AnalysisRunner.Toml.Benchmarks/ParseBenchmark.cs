using System.Text.Json;
using BenchmarkDotNet.Attributes;

namespace AnalysisRunner.Toml.Benchmarks;

/// <summary>From UTF-8 to the full document with spans, beside JsonDocument on the equivalent JSON.</summary>
[MemoryDiagnoser]
public class ParseBenchmark
{
    private byte[] _toml = [];
    private byte[] _json = [];

    [Params(10_000, 1_000_000, 100_000_000)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _toml = RealisticConfig.Toml(Bytes);
        _json = RealisticConfig.Json(_toml);
        Console.WriteLine($"// TOML {_toml.Length} bytes, JSON {_json.Length} bytes");
    }

    [Benchmark(Baseline = true)]
    public void Json()
    {
        using var document = JsonDocument.Parse(_json);
    }

    [Benchmark]
    public void Toml()
    {
        using var document = TomlDocument.Parse(_toml, options: RealisticConfig.Large);
    }
}
