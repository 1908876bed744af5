using System.Globalization;
using System.Text;
using AnalysisRunner.Toml;
using BenchmarkDotNet.Attributes;

namespace AnalysisRunner.Config.Benchmarks;

/// <summary>Two documents of 10,000 keys, half of the second's keys replacing the first's; and one key looked up in the result.</summary>
[MemoryDiagnoser]
public class MergeBenchmark
{
    private const int Keys = 10_000;
    private const int KeysPerSection = 100;

    private readonly string[] _path = ["section_70", "key_7012"];
    private ConfigLayer _left = null!;
    private ConfigLayer _right = null!;
    private MergedConfig _merged = null!;

    [GlobalSetup]
    public void Setup()
    {
        _left = Layer("left", 0);
        _right = Layer("right", Keys / 2);
        _merged = MergedConfig.Merge(_left, _right);
    }

    [Benchmark]
    public MergedConfig Merge() => MergedConfig.Merge(_left, _right);

    [Benchmark]
    public ConfigNode? LookUp() => _merged.Find(_path);

    private static ConfigLayer Layer(string name, int first)
    {
        var text = new StringBuilder();
        for (var i = first; i < first + Keys; i++)
        {
            if (i % KeysPerSection == 0) text.Append(CultureInfo.InvariantCulture, $"[section_{i / KeysPerSection}]\n");
            text.Append(CultureInfo.InvariantCulture, $"key_{i} = \"{name} {i}\"\n");
        }
        return ConfigLayer.FromServer(name, TomlDocument.Parse(text.ToString(), name + ".toml"));
    }
}
