using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;

namespace AnalysisRunner.Server.Tests.Record;

/// <summary>Values to record.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.FromHours(2));

    public static string ArGuid(int number) => string.Create(CultureInfo.InvariantCulture, $"a0000000-0000-4000-8000-{number:x12}");

    public static NewInvocation Submission(
        int number, string? key = null, string digest = "d1", IReadOnlyDictionary<string, string>? environment = null) => new()
        {
            Invocation = new Invocation
            {
                ArGuid = ArGuid(number),
                Dataset = "fewgenomes",
                AccessLevel = AccessLevel.Standard,
                Namespace = "main",
                Description = "it's \"quoted\";\nDROP TABLE invocations; -- ünïcödé 🧬",
                OutputPrefix = "hello/1",
                OutputPath = "/data/fewgenomes/main/hello/1",
                SubmittedBy = "alice@example.org",
                SubmittedAt = Noon,
                Repository = "https://github.com/populationgenomics/fewgenomes",
                WorkTree = "/home/alice/few genomes",
                Commit = new string('a', 40),
                Branch = "main",
                WorkingDirectory = "sub/dir",
                Project = "Hello.csproj",
                Configuration = "Standard",
                Script = ["", "a b", "--flag"],
                Arguments = ["--name-to-print", "", "Ω'\n"],
                EnvironmentNames = [],
                State = InvocationState.Accepted,
                Steps = [],
                Batches = [],
                ConfigPath = "/state/config/x.toml",
                Client = new ClientInfo("AnalysisRunner.Sdk", "1.0.0"),
                Image = "registry.example.org/driver:1",
                ResolvedImage = "registry.example.org/driver@sha256:1",
                Cpu = "500m",
                Memory = "4Gi",
                Storage = "10Gi",
                Preemptible = false,
                PolicyVersion = "p1",
                Identity = new JobIdentity { User = "fewgenomes-standard", GroupsOf = ["fewgenomes-test"], SlurmAccount = "a" },
                RerunOf = "a0000000-0000-4000-8000-00000000ffff",
                RerunChanges = ["description", "arguments"],
                Url = "",
            },
            RequestJson = """{"dataset":"fewgenomes"}""",
            Environment = environment ?? new Dictionary<string, string>(),
            IdempotencyKey = key,
            RequestDigest = digest,
        };

    public static BatchSummary Batch(string key, BatchState state = BatchState.Running, int succeeded = 0, string? reason = null) => new(
        key, "hello", state, new JobCounts(2 - succeeded, 0, 0, succeeded, 0, 0), Noon,
        state == BatchState.Running ? null : Noon.AddMinutes(1), reason);
}
