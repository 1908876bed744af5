using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record.Imports;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Tests.Record;

/// <summary>The records of the original server, in each of their spellings (analysis-runner spec §4.7, §6).</summary>
public sealed class ReplacedLogTests : IDisposable
{
    // As the server publishes it.
    private const string Message =
        """
        {"ar-guid": "e812babb-0000-4000-8000-000000000001", "name": "alice demo:abc123/./run.sh a b", "timestamp": "2026-11-20T20:11:29.195096+00:00", "dataset": "ds1", "user": "alice@example.org",
         "accessLevel": "standard", "repo": "demo", "commit": "abc123", "script": "./run.sh a b", "description": "d", "output": "gs://cpg-ds1-main/out/v1", "driverImage": "registry/driver:1",
         "configPath": "gs://cpg-config/e812babb.toml", "cwd": "sub", "environment": "gcp", "hailVersion": "0.2.1", "batch_url": "https://batch.example.org/batches/4242"}
        """;

    // As its metadata service answers it: nulls have become words.
    private const string Row =
        """
        {"ar_guid": "e812babb-0000-4000-8000-000000000002", "project": "ds1-test", "timestamp": "2024-01-02T03:04:05", "access_level": "test", "repository": "None", "commit": "None",
         "output_path": "gs://cpg-ds1-test/x", "description": "d", "driver_image": "i", "environment": "gcp", "batch_url": "https://batch.example.org/batches/1", "script": "echo hi",
         "config_path": "c", "cwd": null, "hail_version": null, "submitting_user": "bob@example.org", "meta": {}, "audit_log_id": 7}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("replaced-").FullName;

    private string File => Path.Combine(_folder, "log.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_published_message_is_read()
    {
        var read = Read(OneLine(Message)).ShouldHaveSingleItem();
        var found = read.Invocation;
        (found.ArGuid, found.Dataset, found.AccessLevel, found.Namespace).ShouldBe(("e812babb-0000-4000-8000-000000000001", "ds1", AccessLevel.Standard, "main"));
        (found.OutputPath, found.OutputPrefix, found.WorkingDirectory).ShouldBe(("gs://cpg-ds1-main/out/v1", "out/v1", "sub"));
        (found.SubmittedBy, found.SubmittedAt).ShouldBe(("alice@example.org", new DateTimeOffset(2026, 11, 20, 20, 11, 29, TimeSpan.Zero).AddTicks(1950960)));
        (found.Repository, found.Commit).ShouldBe(("https://github.com/populationgenomics/demo", "abc123"));
        (found.Image, found.ConfigPath, found.Engine, found.DriverHandle).ShouldBe(("registry/driver:1", $"/own/{found.ArGuid}.toml", "hail", "https://batch.example.org/batches/4242"));
        string.Join(' ', found.Script).ShouldBe("./run.sh a b");
        found.State.ShouldBe(InvocationState.Imported);
        read.Record.ShouldContain("hailVersion");
    }

    [Fact]
    public void A_row_of_the_metadata_service_is_read_by_its_own_names()
    {
        var found = Read($"[{Row}, {Row.Replace("002\"", "003\"", StringComparison.Ordinal).Replace("ar_guid", "arGuid", StringComparison.Ordinal).Replace("access_level", "accessLevel", StringComparison.Ordinal).Replace("2024", "2023", StringComparison.Ordinal)}]");
        found.Count.ShouldBe(2);
        // In the order of their time.
        found.Select(one => one.Invocation.ArGuid[^1]).ShouldBe(['3', '2']);
        var row = found[1].Invocation;
        (row.Dataset, row.Repository, row.Commit, row.WorkingDirectory, row.SubmittedBy).ShouldBe(("ds1", null, "", "", "bob@example.org"));
        row.SubmittedAt.ShouldBe(new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("", "no record")]
    [InlineData("[]", "no record")]
    [InlineData("[{]", "is none")]
    [InlineData("no JSON", "line 1 is no JSON object")]
    [InlineData("[1]", "record 1 is no JSON object")]
    [InlineData("{}", "has no 'arguid'")]
    [InlineData("""{"ar-guid": 7}""", "has in 'arguid' no text")]
    [InlineData("""{"ar-guid": "E812BABB-0000-4000-8000-000000000001"}""", "which is none")]
    [InlineData("""{"ar-guid": "e812babb-0000-4000-8000-000000000001", "accessLevel": "fast"}""", "access level 'fast'")]
    [InlineData("""{"ar-guid": "e812babb-0000-4000-8000-000000000001", "accessLevel": "test", "dataset": "Not one"}""", "dataset 'Not one'")]
    [InlineData("""{"ar-guid": "e812babb-0000-4000-8000-000000000001", "accessLevel": "test", "dataset": "ds1"}""", "has no 'timestamp'")]
    [InlineData("""{"ar-guid": "e812babb-0000-4000-8000-000000000001", "accessLevel": "test", "dataset": "ds1", "timestamp": "soon"}""", "timestamp 'soon'")]
    public void What_is_no_record_is_told_with_its_place(string text, string what)
    {
        var problem = Should.Throw<AnalysisRunnerException>(() => Read(text)).Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe(CommandLineCodes.ImportUnusable);
        problem.Message.ShouldContain(what);
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once() =>
        Should.Throw<AnalysisRunnerException>(() => Read(OneLine(Message) + "\n{}\n\n[\n")).Problems.Select(problem => problem.Message.Contains("line 2", StringComparison.Ordinal) || problem.Message.Contains("line 4", StringComparison.Ordinal)).ShouldBe([true, true]);

    private IReadOnlyList<ImportedInvocation> Read(string text)
    {
        System.IO.File.WriteAllText(File, text);
        return ReplacedLog.Read(File, new CodeSettings { RepositoryBase = "https://github.com/populationgenomics/" }, arGuid => $"/own/{arGuid}.toml");
    }

    private static string OneLine(string json) => json.Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal);
}
