using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;

namespace AnalysisRunner.Toml.Benchmarks;

/// <summary>Looking one key up, in a small and in a large table.</summary>
[MemoryDiagnoser]
public class LookupBenchmark
{
    private TomlTable _table;
    private string _key = "";

    [Params(8, 10_000)]
    public int Keys { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var text = new StringBuilder();
        for (var i = 0; i < Keys; i++) text.Append(CultureInfo.InvariantCulture, $"setting_{i} = {i}\n");
        _table = TomlDocument.Parse(text.ToString()).Root;
        _key = $"setting_{Keys - 1}";
    }

    [Benchmark]
    public bool TryGet() => _table.TryGet(_key, out _);
}
