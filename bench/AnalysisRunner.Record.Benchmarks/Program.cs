// Fills a log with a million invocations and asks it for pages. Usage:
//   dotnet run -c Release --project bench/AnalysisRunner.Record.Benchmarks [invocations=1000000] [sqlite|postgres]
// The demands: a page filtered by any combination under 50 ms, text search under 300 ms, both warm.

using System.Diagnostics;
using System.Globalization;
using AnalysisRunner.Record.Benchmarks;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Record.Databases;
using AnalysisRunner.Server.Tests.Record;

var count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
string[] databases = args.Length > 1 ? [args[1]] : ["sqlite", "postgres"];
Console.WriteLine("| log | question | questions | median ms | 99 % ms | longest ms | which |");
Console.WriteLine("|---|---|---|---|---|---|---|");
foreach (var name in databases)
{
    var folder = Directory.CreateTempSubdirectory("record-bench-").FullName;
    var options = new InvocationLogOptions
    {
        SqliteFile = Path.Combine(folder, "log.db"),
        Database = name == "sqlite" ? InvocationLogOptions.Sqlite : await PostgresCluster.CreateDatabaseAsync(),
        PageOf = arGuid => arGuid,
    };
    await (await InvocationLog.OpenAsync(options)).DisposeAsync();
    await using (IRecordDatabase database = name == "sqlite" ? new SqliteDatabase(options.SqliteFile) : new PostgresDatabase(options.Database))
    {
        await BulkFill.FillAsync(database, count);
    }
    await using (var log = await InvocationLog.OpenAsync(options))
    {
        await ReportAsync(log, name, "a page of 50, any combination of filters", Questions.Filters());
        await ReportAsync(log, name, "the same, the tenth page", Questions.Filters(), pages: 10);
        await ReportAsync(log, name, "the same, of three visible datasets", Questions.Filters().Select(question => question with { VisibleDatasets = [Population.Dataset(1), Population.Dataset(7), Population.Dataset(19)] }));
        await ReportAsync(log, name, "a page of 50 in another order", Questions.Orders());
        await ReportAsync(log, name, "text search", Questions.Texts());
        await ReportAsync(log, name, "text search with filters", Questions.Texts().SelectMany(text => Questions.Filters().Select(filter => filter with { Text = text.Text }).Where((_, index) => index % 13 == 0)));
    }
    Directory.Delete(folder, recursive: true);
}

// The longest of a question's three warm answers counts.
static async Task ReportAsync(InvocationLog log, string name, string what, IEnumerable<InvocationQuery> questions, int pages = 1)
{
    var times = new List<(double Milliseconds, InvocationQuery Question)>();
    foreach (var first in questions)
    {
        var question = first;
        for (var page = 1; page < pages; page++)
        {
            if ((await log.ListAsync(question, CancellationToken.None)).Next is not { } next) break;
            question = question with { After = next };
        }
        await log.ListAsync(question, CancellationToken.None);
        var longest = 0.0;
        for (var round = 0; round < 3; round++)
        {
            var began = Stopwatch.GetTimestamp();
            await log.ListAsync(question, CancellationToken.None);
            longest = Math.Max(longest, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        times.Add((longest, question));
    }
    times.Sort((left, right) => left.Milliseconds.CompareTo(right.Milliseconds));
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {what} | {times.Count} | {times[times.Count / 2].Milliseconds:F1} | {times[times.Count * 99 / 100].Milliseconds:F1} | {times[^1].Milliseconds:F1} | {Questions.Describe(times[^1].Question)} |"));
    if (Environment.GetEnvironmentVariable("BENCH_SLOW") is null) return;
    foreach (var (milliseconds, question) in times.Where(time => time.Milliseconds > 40)) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{milliseconds:F1} {Questions.Describe(question)}"));
}
