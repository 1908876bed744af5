using AnalysisRunner.Config.Benchmarks;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

// dotnet run -c Release --project bench/AnalysisRunner.Config.Benchmarks -- --filter '*'
// In process: the repository's own output layout is not one that BenchmarkDotNet's generated projects know.
// … -- first-call   the generator's first call in a fresh process, then warmed calls, and how often it parsed.
if (args is ["first-call"])
{
    FirstCall.Run();
    return;
}

var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromAssembly(typeof(GeneratorBenchmark).Assembly).Run(args, config);
