// Fills a local runner's record with a million invocations and asks it for pages, then for the page of a run with a log of 100 MB. Usage:
//   dotnet run -c Release --project bench/AnalysisRunner.Pages.Benchmarks [invocations=1000000]
// The demand: the first byte of the list under 100 ms.

using System.Diagnostics;
using System.Globalization;
using AnalysisRunner.Pages.Benchmarks;
using AnalysisRunner.Record.Benchmarks;

var count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
await using var server = await FilledServer.StartAsync(count);

Console.WriteLine("| page | first byte, median ms | longest ms | whole page, median ms | KB | rows |");
Console.WriteLine("|---|---|---|---|---|---|");
var guid = string.Create(CultureInfo.InvariantCulture, $"a0000000-0000-4000-8000-{count / 2:x12}");
(string Name, string Path)[] pages =
[
    ("the list", "/invocations"), ("a dataset", $"/invocations?dataset={Population.Dataset(3)}"), ("a rare dataset", $"/invocations?dataset={Population.Dataset(Population.Datasets - 1)}"),
    ("a user", $"/invocations?user={Population.User(1)}"), ("a level", "/invocations?level=full"), ("a state", "/invocations?state=cancelled"),
    ("a repository", $"/invocations?repository={Population.Repository(7)}"), ("the beginning of a commit", $"/invocations?commit={Population.Commit(4711)[..8]}"), ("an ar-guid", $"/invocations?guid={guid[..34]}"),
    ("an image", $"/invocations?image={Uri.EscapeDataString(Population.Image(3))}"), ("the beginning of users", "/invocations?user=user1"), ("an image that nothing has", "/invocations?image=none"),
    ("took at least 8 h", "/invocations?longer=8h"), ("took at least 500 min", "/invocations?longer=500m"), ("took at least 100 d", "/invocations?longer=100d"), ("took 2 to 3 min", "/invocations?longer=2m&shorter=3m"),
    ("a batch's name", "/invocations?batch=align"), ("a job has failed", "/invocations?progress=failed"), ("a batch runs", "/invocations?progress=running"),
    ("dates", "/invocations?from=2017-01-01&before=2017-02-01"), ("a word", "/invocations?text=count"), ("words, few hits", "/invocations?text=cohort42%20count"),
    ("dataset, user, state, image and took", $"/invocations?dataset={Population.Dataset(1)}&user={Population.User(2)}&state=failed&image={Uri.EscapeDataString(Population.Image(5))}&longer=1h"),
    ("sorted by user", "/invocations?sort=user"), ("sorted by state, descending", "/invocations?sort=-state"), ("sorted by how long runs took", "/invocations?sort=duration"), ("the same, the longest first, of a rare dataset", $"/invocations?sort=-duration&dataset={Population.Dataset(Population.Datasets - 1)}"), ("the datasets", "/datasets"), ("one invocation, with a log of 100 MB", $"/invocations/{guid}"),
];
foreach (var (name, path) in pages) await ReportAsync(name, path);
await ReportAsync("the list, page 2", await server.NextAsync("/invocations"));

Console.WriteLine();
Console.WriteLine("| with a log of 100 MB | ms | MB read of the log | MB allocated | peak of the process, MB more |");
Console.WriteLine("|---|---|---|---|---|");
await ReportLogAsync("the page", $"/invocations/{guid}");
await ReportLogAsync("a search of all of it", $"/invocations/{guid}/log/search?text=nothing+like+it");
await ReportLogAsync("the download", $"/invocations/{guid}/log?download");

async Task ReportAsync(string name, string path)
{
    const int Rounds = 15;
    await server.GetAsync(path);
    var answers = new List<PageTimes>();
    for (var round = 0; round < Rounds; round++) answers.Add(await server.GetAsync(path));
    var first = answers.Select(answer => answer.FirstByte).Order().ToList();
    var whole = answers.Select(answer => answer.Whole).Order().ToList();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {first[Rounds / 2]:F1} | {first[^1]:F1} | {whole[Rounds / 2]:F1} | {answers[0].Bytes / 1000} | {answers[0].Rows} |"));
}

async Task ReportLogAsync(string name, string path)
{
    GC.Collect();
    GC.WaitForPendingFinalizers();
    var (read, allocated, peak) = (server.LogRead, GC.GetTotalAllocatedBytes(precise: true), ProcessMemory.ResetPeak());
    var began = Stopwatch.GetTimestamp();
    await server.GetAsync(path, keep: false);
    var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {took:F0} | {(server.LogRead - read) / 1e6:F2} | {(GC.GetTotalAllocatedBytes(precise: true) - allocated) / 1e6:F1} | {(ProcessMemory.Peak() - peak) / 1e6:F1} |"));
}
