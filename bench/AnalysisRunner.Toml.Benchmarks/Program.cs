using AnalysisRunner.Toml.Benchmarks;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

// dotnet run -c Release --project bench/AnalysisRunner.Toml.Benchmarks -- --filter '*'
// In process: the repository's own output layout is not one that BenchmarkDotNet's generated projects know.
// … -- side-by-side   compares the two readers without BenchmarkDotNet.
if (args is ["side-by-side"])
{
    SideBySide.Run();
    return;
}

var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromAssembly(typeof(ParseBenchmark).Assembly).Run(args, config);
