// Fills a log with a million invocations and asks it for pages. Usage:
//   dotnet run -c Release --project bench/AnalysisRunner.Record.Benchmarks [invocations=1000000] [sqlite|postgres] [a pattern of the names of the kinds of questions]
// Writes a line for every question and then one for each kind of question, beside what is demanded; the exit code is 0 when all demands are met.

using System.Globalization;
using System.Text.RegularExpressions;
using AnalysisRunner.Record.Benchmarks;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Record.Databases;
using AnalysisRunner.Server.Tests.Record;

const double PageLimit = 50;
const double TextLimit = 300;

var count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
string[] databases = args.Length > 1 ? [args[1]] : ["sqlite", "postgres"];
InvocationQuery[] filters = [.. Questions.Filters()];
(string What, double Limit, int Page, IReadOnlyList<InvocationQuery> Questions)[] kinds =
[
    ("a page of 50, any combination of filters", PageLimit, 1, filters),
    ("the same, the tenth page", PageLimit, 10, filters),
    ("the same, of three visible datasets", PageLimit, 1, [.. filters.Select(question => question with { VisibleDatasets = [Population.Dataset(1), Population.Dataset(7), Population.Dataset(19)] })]),
    ("a page of 50 in another order", PageLimit, 1, [.. Questions.Orders()]),
    ("the beginning of a user or an image", PageLimit, 1, [.. Questions.Beginnings()]),
    ("by duration, with filters", PageLimit, 1, [.. Questions.Durations()]),
    ("by duration, the tenth page", PageLimit, 10, [.. Questions.Durations()]),
    ("text search", TextLimit, 1, [.. Questions.Texts()]),
    ("text search with filters", TextLimit, 1, [.. Questions.Texts().SelectMany(text => filters.Select(filter => filter with { Text = text.Text }).Where((_, index) => index % 13 == 0))]),
];

// With memory for its pages, as a cluster of users has it.
PostgresCluster.IsDurable = true;
var summary = new List<string>();
var isMet = true;
Console.WriteLine("| log | kind | question | median ms | 99 % ms | limit ms |");
Console.WriteLine("|---|---|---|---|---|---|");
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
        foreach (var (what, limit, page, questions) in kinds.Where(kind => args.Length < 3 || Regex.IsMatch(kind.What, args[2])))
        {
            var taken = new List<Measurement>();
            foreach (var question in questions)
            {
                taken.Add(await Measurement.TakeAsync(log, question, page));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {what} | {taken[^1]} | {limit} |"));
            }
            taken.Sort((left, right) => left.Slow.CompareTo(right.Slow));
            var missed = taken.Count(one => one.Slow >= limit);
            isMet &= missed == 0;
            var median = taken.Select(one => one.Median).Order().ElementAt(taken.Count / 2);
            summary.Add(string.Create(CultureInfo.InvariantCulture, $"| {name} | {what} | {taken.Count} | {median:F1} | {taken[^1]} | {limit} | {missed} |"));
        }
    }
    Directory.Delete(folder, recursive: true);
}
Console.WriteLine();
Console.WriteLine("| log | kind | questions | median ms | the slowest of them | its median ms | its 99 % ms | limit ms | missed by |");
Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
summary.ForEach(Console.WriteLine);
Console.WriteLine(isMet ? "The demands are met." : "The demands are missed.");
return isMet ? 0 : 1;
