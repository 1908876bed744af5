using System.Data.Common;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Record.Databases;
using AnalysisRunner.Server.Record.Migrations;
using Dapper;
using static AnalysisRunner.Server.Tests.Record.Samples;

namespace AnalysisRunner.Server.Tests.Record;

/// <summary>From every version that a server ever wrote to the current one, and two servers at once.</summary>
public abstract class MigrationTests : IAsyncLifetime
{
    private const string Recorded =
        """
        INSERT INTO invocations (
            ar_guid, dataset, access_level, namespace, description, output_prefix, output_path, submitted_by, submitted_at, commit_id,
            working_directory, script, arguments, environment_names, config_path, state, last_sequence)
        VALUES (
            @arGuid, 'fewgenomes', 'test', 'test', 'Count the samples', 'p', '/p', 'alice', @at, 'abc', '', '["run.py"]', '[]', '["TOKEN"]', '/c',
            'accepted', 1);
        INSERT INTO requests (invocation, json) SELECT position, '{}' FROM invocations WHERE ar_guid = @arGuid;
        INSERT INTO events (invocation, sequence, type, at, detail) SELECT position, 1, 'state', @at, 'accepted' FROM invocations WHERE ar_guid = @arGuid;
        INSERT INTO submissions (submitted_by, idempotency_key, request_digest, invocation)
            SELECT 'alice', @arGuid, 'd', position FROM invocations WHERE ar_guid = @arGuid;
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("migration-").FullName;

    protected abstract string Database { get; }

    private InvocationLogOptions Options => new()
    {
        Database = Database,
        SqliteFile = Path.Combine(_folder, "log.db"),
        KeyFile = Path.Combine(_folder, "environment.key"),
        PageOf = guid => guid,
    };

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [ContractFact]
    public async Task Every_earlier_version_becomes_the_current_one_and_loses_nothing()
    {
        for (var version = 0; version <= SchemaMigrator.CurrentVersion; version++)
        {
            await InitializeAsync();
            var seal = EnvironmentSeal.FromFile(Options.KeyFile!);
            await using (var database = Connect())
            await using (var writer = database.OpenWriter())
            {
                SchemaMigrator.Migrate(database, writer, seal, version);
                if (version > 0) RecordOld(writer, version, seal);
            }

            await using var log = await InvocationLog.OpenAsync(Options);
            if (version > 0) await ShouldHoldAsync(log, version);
            (await log.RecordAsync(Submission(9), CancellationToken.None)).Outcome.ShouldBe(RecordOutcome.Recorded);
            (await log.ListAsync(new InvocationQuery { Text = "quoted" }, CancellationToken.None)).Records.Count.ShouldBe(1);
            await log.DisposeAsync();
            if (File.Exists(Options.SqliteFile)) File.Delete(Options.SqliteFile);
        }
    }

    [ContractFact]
    public async Task Servers_that_start_at_once_migrate_once()
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => InvocationLog.OpenAsync(Options))));
        foreach (var log in opened) await log.DisposeAsync();
        await using var database = Connect();
        await using var writer = database.OpenWriter();
        database.ReadVersion(writer).ShouldBe(SchemaMigrator.CurrentVersion);
    }

    [ContractFact]
    public async Task A_step_that_fails_leaves_the_version_before()
    {
        await using var database = Connect();
        await using var writer = database.OpenWriter();
        var seal = EnvironmentSeal.FromFile(Options.KeyFile!);
        SchemaMigrator.Migrate(database, writer, seal, 1);
        writer.Execute("CREATE TABLE claimed_name (a INTEGER); CREATE INDEX submissions_by_time ON claimed_name (a)");
        Should.Throw<DbException>(() => SchemaMigrator.Migrate(database, writer, seal));
        database.ReadVersion(writer).ShouldBe(2);
        writer.Execute("DROP TABLE claimed_name");
        SchemaMigrator.Migrate(database, writer, seal);
        database.ReadVersion(writer).ShouldBe(SchemaMigrator.CurrentVersion);
    }

    private IRecordDatabase Connect() => Database == InvocationLogOptions.Sqlite ? new SqliteDatabase(Options.SqliteFile) : new PostgresDatabase(Database);

    private static void RecordOld(DbConnection writer, int version, EnvironmentSeal seal)
    {
        // The second was submitted before the first: only the order of recording counts.
        writer.Execute(Recorded, new { arGuid = ArGuid(1), at = 2_000_000L });
        writer.Execute(Recorded, new { arGuid = ArGuid(2), at = 1_000_000L });
        var values = version == 1 ? """{"TOKEN":"hunter2"}""" : seal.Seal(ArGuid(1), new Dictionary<string, string> { ["TOKEN"] = "hunter2" });
        writer.Execute(
            $"INSERT INTO environments (invocation, {(version == 1 ? "json" : "sealed")}) SELECT position, @values FROM invocations WHERE ar_guid = @arGuid",
            new { values, arGuid = ArGuid(1) });
        if (version > 1) writer.Execute("UPDATE invocations SET recorded_at = 2000000");
    }

    private static async Task ShouldHoldAsync(InvocationLog log, int version)
    {
        var none = CancellationToken.None;
        (await log.ListAsync(new InvocationQuery { From = Microseconds.ToMoment(2_000_000L) }, none)).Records
            .Select(record => record.Invocation.ArGuid).ShouldBe([ArGuid(2), ArGuid(1)]);
        (await log.GetEnvironmentAsync(ArGuid(1), none))["TOKEN"].ShouldBe("hunter2");
        (await log.ListEventsAsync(ArGuid(1), 0, 10, none)).ShouldHaveSingleItem().Detail.ShouldBe("accepted");
        (await log.FindSubmissionAsync("alice", ArGuid(2), none)).ShouldBe(new RecordedSubmission(ArGuid(2), "d"));
        if (version == 1) (await log.ListAsync(new InvocationQuery { Text = "sampl run" }, none)).Records.Count.ShouldBe(2);
    }
}

public sealed class SqliteMigrationTests : MigrationTests
{
    protected override string Database => InvocationLogOptions.Sqlite;
}

[NeedsPostgres]
public sealed class PostgresMigrationTests : MigrationTests
{
    private readonly List<string> _connections = [];

    protected override string Database => _connections[^1];

    public override async Task InitializeAsync() => _connections.Add(await PostgresCluster.CreateDatabaseAsync());

    public override async Task DisposeAsync()
    {
        foreach (var connection in _connections) await PostgresCluster.DropDatabaseAsync(connection);
        await base.DisposeAsync();
    }
}
