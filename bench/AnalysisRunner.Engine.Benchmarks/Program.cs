using System.Globalization;
using AnalysisRunner.Engine.Benchmarks;

// Usage: dotnet run -c Release --project bench/AnalysisRunner.Engine.Benchmarks -- all | side-by-side [jobs [rounds]] | scale [jobs] | slurm [tasks [rounds]]
var numbers = args.Skip(1).Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray();
switch (args)
{
    case ["all"]:
        var all = new Figures();
        await SideBySide.RunAsync(all, 1000, 5);
        await Scale.RunAsync(all, 100_000);
        return all.Missed == 0 ? 0 : 1;
    case ["side-by-side", ..]:
        await SideBySide.RunAsync(new Figures(), numbers.ElementAtOrDefault(0) is > 0 and var jobs ? jobs : 1000, numbers.ElementAtOrDefault(1) is > 0 and var rounds ? rounds : 5);
        return 0;
    case ["scale", ..]:
        await Scale.RunAsync(new Figures(), numbers.ElementAtOrDefault(0) is > 0 and var size ? size : 100_000);
        return 0;
    case ["slurm", ..]:
        return await SlurmCost.RunAsync(numbers.ElementAtOrDefault(0) is > 0 and var tasks ? tasks : 1000, numbers.ElementAtOrDefault(1) is > 0 and var turns ? turns : 5);
    default:
        Console.Error.WriteLine("Say what to measure: all, side-by-side [jobs [rounds]], scale [jobs], or slurm [tasks [rounds]].");
        return 2;
}
