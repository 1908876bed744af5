// Builds one project of 200 files in five forms, in turn in one run: plain, with a trivial SDK, with AnalysisRunner.Sdk as SDK, with it as a package, and
// with a package reference to its libraries alone, which tells what NuGet takes from what the SDK takes.
// Usage: dotnet run -c Release --project bench/AnalysisRunner.BuildCost [rounds]

using System.Globalization;
using AnalysisRunner.BuildCost;

var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 15;
using var workspace = await Workspace.CreateAsync();
var plain = workspace.Add("plain", "Microsoft.NET.Sdk", "");
var trivial = workspace.Add("trivial", $"Trivial.Sdk/{Workspace.Version}", "");
var sdk = workspace.Add("sdk", $"AnalysisRunner.Sdk/{Workspace.Version}", "");
var package = workspace.Add("package", "Microsoft.NET.Sdk", $"<PackageReference Include=\"AnalysisRunner.Sdk\" Version=\"{Workspace.Version}\" />");
var libraries = workspace.Add("libraries", "Microsoft.NET.Sdk", $"<PackageReference Include=\"AnalysisRunner.Pipelines\" Version=\"{Workspace.Version}\" />");
BuiltProject[] projects = [plain, trivial, sdk, package, libraries];

// Restores, and warms the compiler's server and the file cache.
foreach (var project in projects) await project.CleanBuildAsync();
foreach (var project in projects) await project.CleanBuildAsync();

await MeasureAsync("no-op build", project => project.NoOpBuildAsync());
await MeasureAsync("clean build of 200 files, compiler's server warm", project => project.CleanBuildAsync());

async Task MeasureAsync(string title, Func<BuiltProject, Task<Cost>> build)
{
    var costs = projects.ToDictionary(project => project, _ => new List<Cost>());
    for (var round = 0; round < rounds; round++)
    {
        // Each round begins with another project, so that none always runs in the wake of the same one.
        for (var turn = 0; turn < projects.Length; turn++)
        {
            var project = projects[(round + turn) % projects.Length];
            costs[project].Add(await build(project));
        }
    }
    Console.WriteLine($"\n{title}: milliseconds, {rounds} rounds\n");
    Console.WriteLine("| | minimum | median | processor (median) |\n|---|---|---|---|");
    foreach (var project in projects)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {project.Name} | {Sorted(project, cost => cost.Elapsed)[0]:F0} | {Median(project, cost => cost.Elapsed):F0} | {Median(project, cost => cost.Processor):F0} |"));
    }
    Compare(package, plain);
    Compare(libraries, plain);
    Compare(sdk, trivial);

    double[] Sorted(BuiltProject project, Func<Cost, TimeSpan> value) => [.. costs[project].Select(cost => value(cost).TotalMilliseconds).Order()];
    double Median(BuiltProject project, Func<Cost, TimeSpan> value) => Sorted(project, value)[rounds / 2];
    void Compare(BuiltProject one, BuiltProject other) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{one.Name} over {other.Name}: median {Median(one, cost => cost.Elapsed) / Median(other, cost => cost.Elapsed) - 1:+0.0%;-0.0%}, minimum {Sorted(one, cost => cost.Elapsed)[0] / Sorted(other, cost => cost.Elapsed)[0] - 1:+0.0%;-0.0%}, processor {Median(one, cost => cost.Processor) / Math.Max(1, Median(other, cost => cost.Processor)) - 1:+0.0%;-0.0%}"));
}
