using System.Globalization;
using AnalysisRunner.Engine.Benchmarks;

// Usage: dotnet run -c Release --project bench/AnalysisRunner.Engine.Benchmarks -- side-by-side [jobs [rounds]] | scale [jobs] | slurm [tasks [rounds]]
var number = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : (int?)null;
switch (args.FirstOrDefault())
{
    case "side-by-side":
        await SideBySide.RunAsync(number ?? 1000, args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 5);
        return 0;
    case "scale":
        await Scale.RunAsync(number ?? 100_000);
        return 0;
    case "slurm":
        return await SlurmCost.RunAsync(number ?? 1000, args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 5);
    default:
        Console.Error.WriteLine("Say what to measure: side-by-side [jobs [rounds]], scale [jobs], or slurm [tasks [rounds]].");
        return 2;
}
