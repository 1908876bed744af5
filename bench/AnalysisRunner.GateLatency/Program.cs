// Makes a repository of many files and judges it again and again, with every file a source of the build.
// Usage: dotnet run -c Release --project bench/AnalysisRunner.GateLatency [files] [rounds]

using System.Diagnostics;
using System.Globalization;
using AnalysisRunner.Submission;
using AnalysisRunner.Submission.Git;

var files = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 50_000;
var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 15;
var root = Directory.CreateTempSubdirectory("gate-latency-").FullName;
try
{
    var sources = Fill(root, files);
    Git("init", "--quiet", "--initial-branch=main");
    Git("add", "--all");
    Git("-c", "user.name=Bench", "-c", "user.email=bench@example.org", "commit", "--quiet", "--message", "Many files");
    Git("update-index", "--refresh");

    var options = new SubmissionOptions { ProjectFile = Path.Combine(root, "app.csproj"), Dataset = "bench", AccessLevel = "test" };
    var few = new BuildFacts { Inputs = [.. sources.Take(200).Select(path => new BuildInput(path, "Compile"))], ExemptFolders = [Path.Combine(root, "obj")] };
    var all = few with { Inputs = [.. sources.Select(path => new BuildInput(path, "Compile"))] };
    var check = new WorkingCopyCheck(new GitWorkingCopy(root), _ => null);

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{files} files, {rounds} rounds in turn after two that are not counted; milliseconds"));
    Console.WriteLine("| | minimum | median | maximum |");
    Console.WriteLine("|---|---|---|---|");
    var times = new Dictionary<string, List<double>> { ["git status alone"] = [], ["the gate, 200 sources"] = [], ["the gate, every file a source"] = [] };
    for (var round = -2; round < rounds; round++)
    {
        await MeasureAsync("git status alone", round, () => Task.Run(() => Git("--no-optional-locks", "status", "--porcelain=v2", "-z")));
        await MeasureAsync("the gate, 200 sources", round, () => check.RunAsync(options, few, CancellationToken.None));
        await MeasureAsync("the gate, every file a source", round, () => check.RunAsync(options, all, CancellationToken.None));
    }
    foreach (var (name, measured) in times)
    {
        measured.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {measured[0]:F0} | {measured[measured.Count / 2]:F0} | {measured[^1]:F0} |"));
    }

    async Task MeasureAsync(string name, int round, Func<Task> act)
    {
        var watch = Stopwatch.StartNew();
        await act();
        if (round >= 0) times[name].Add(watch.Elapsed.TotalMilliseconds);
    }
}
finally
{
    Directory.Delete(root, recursive: true);
}

void Git(params string[] arguments)
{
    var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = root, RedirectStandardOutput = true };
    using var git = Process.Start(start)!;
    git.StandardOutput.ReadToEnd();
    git.WaitForExit();
    if (git.ExitCode != 0) throw new InvalidOperationException($"git {string.Join(' ', arguments)} exited {git.ExitCode}");
}

static List<string> Fill(string root, int files)
{
    var paths = new List<string> { Path.Combine(root, "app.csproj") };
    File.WriteAllText(paths[0], "<Project/>");
    File.WriteAllText(Path.Combine(root, ".gitignore"), "bin/\nobj/\n");
    for (var i = 2; i < files; i++)
    {
        // A hundred files to a folder, ten folders to one above.
        var folder = Path.Combine(root, $"area{i / 1000}", $"part{i / 100 % 10}");
        if (i == 2 || i % 100 == 0) Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"Analysis{i}.cs");
        File.WriteAllText(path, $"// Source file number {i}.\n");
        paths.Add(path);
    }
    return paths;
}
