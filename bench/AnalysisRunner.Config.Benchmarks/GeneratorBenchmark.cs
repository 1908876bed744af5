using BenchmarkDotNet.Attributes;
using Microsoft.CodeAnalysis;

namespace AnalysisRunner.Config.Benchmarks;

/// <summary>A schema of a thousand keys on a warmed driver: changed, and after an edit of unrelated C# code.</summary>
[MemoryDiagnoser]
public class GeneratorBenchmark
{
    private readonly SchemaProject _project = new();
    private GeneratorDriver? _driver;

    [GlobalSetup]
    public void Setup() => _driver = _project.Open();

    [Benchmark]
    public void ChangedSchema() => _driver = _project.ChangeSchema(_driver!);

    [Benchmark]
    public void UnrelatedEdit() => _driver = _project.ChangeCode(_driver!);
}
