using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;

namespace AnalysisRunner.Record.Benchmarks;

/// <summary>Invocations as a group of a few hundred people leaves them behind: much of some datasets, users and repositories, and little of others.</summary>
internal static class Population
{
    public const int Datasets = 20;
    public const int Users = 200;
    public const int Repositories = 50;
    public const int Commits = 20_000;
    public const int Images = 40;

    // Ten years of sixty-four an hour, a minute after minute.
    public static readonly DateTimeOffset Begin = new(2016, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Subjects = ["samples", "variants", "reads", "families", "genomes", "cohorts", "batches", "reports", "intervals", "panels"];
    private static readonly string[] Verbs = ["count", "align", "call", "annotate", "merge", "export", "validate", "backfill", "compare", "summarise"];

    public static string Dataset(int number) => string.Create(CultureInfo.InvariantCulture, $"dataset-{(char)('a' + number)}");

    public static string User(int number) => string.Create(CultureInfo.InvariantCulture, $"user{number}@example.org");

    public static string Repository(int number) => string.Create(CultureInfo.InvariantCulture, $"https://github.com/example/repository{number}");

    public static string Commit(int number) => string.Create(CultureInfo.InvariantCulture, $"{number * 7919L % 1_000_003:x8}{number:x32}");

    public static string Image(int number) => string.Create(CultureInfo.InvariantCulture, $"registry.example.org/images/driver:{number}");

    /// <summary>How long an invocation took: a minute to eight hours and twenty minutes, in microseconds.</summary>
    public static long Took(int number) => (1 + (number * 7919L % 500)) * 60_000_000;

    /// <summary>The row of the invocation with a number.</summary>
    public static InvocationRow Row(int number, Random random)
    {
        var level = (AccessLevel)(random.Next(10) switch { < 6 => 0, < 9 => 1, _ => 2 });
        var at = Begin.AddMinutes(number * 5L);
        var row = InvocationRow.From(
            new Invocation
            {
                ArGuid = string.Create(CultureInfo.InvariantCulture, $"a0000000-0000-4000-8000-{number:x12}"),
                Dataset = Dataset(Skewed(random, Datasets)),
                AccessLevel = level,
                Namespace = level.Namespace(),
                Description = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Verbs[random.Next(Verbs.Length)]} {Subjects[random.Next(Subjects.Length)]} of cohort{random.Next(5000)}, release {random.Next(40)}.{random.Next(10)}"),
                OutputPrefix = "cohort/v1",
                OutputPath = "/data/cohort/v1",
                SubmittedBy = User(Skewed(random, Users)),
                SubmittedAt = at,
                Repository = Repository(Skewed(random, Repositories)),
                Commit = Commit(random.Next(Commits)),
                Branch = "main",
                Image = Image(number % Images),
                WorkingDirectory = "",
                Script = [string.Create(CultureInfo.InvariantCulture, $"scripts/step{random.Next(300)}.py"), "--cohort", string.Create(CultureInfo.InvariantCulture, $"batch{random.Next(20000)}")],
                Arguments = [],
                EnvironmentNames = [],
                State = InvocationState.Accepted,
                Steps = [],
                Batches = [],
                ConfigPath = "/state/config.toml",
                Url = "",
            },
            []);
        row.RecordedAt = Microseconds.From(at);
        return row;
    }

    /// <summary>How an invocation ended, or whether it runs.</summary>
    public static string State(Random random) => random.Next(1000) switch { < 820 => "succeeded", < 960 => "failed", < 998 => "cancelled", 998 => "running", _ => "accepted" };

    // Half of all is of the first few.
    private static int Skewed(Random random, int count) => (int)(Math.Pow(random.NextDouble(), 3) * count);
}
