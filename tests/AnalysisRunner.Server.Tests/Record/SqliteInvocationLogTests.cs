using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;
using Dapper;
using Microsoft.Data.Sqlite;
using static AnalysisRunner.Server.Tests.Record.Samples;

namespace AnalysisRunner.Server.Tests.Record;

public sealed class SqliteInvocationLogTests : InvocationLogContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("invocation-log-").FullName;

    private string Database => Path.Combine(_folder, "deeper", "log.db");

    protected override Task<IInvocationLog> OpenAsync() => Task.FromResult<IInvocationLog>(Open());

    private SqliteInvocationLog Open() => SqliteInvocationLog.Open(Database, Time, guid => $"http://runner.test/{guid}");

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private SqliteConnection Raw()
    {
        var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        return connection;
    }

    [Fact]
    public async Task Only_its_owner_reads_the_files()
    {
        if (OperatingSystem.IsWindows()) return;
        await Log.RecordAsync(Submission(1), CancellationToken.None);
        var files = Directory.GetFiles(Path.GetDirectoryName(Database)!);
        files.Length.ShouldBe(3);
        foreach (var file in files) File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);

        await Log.DisposeAsync();
        File.SetUnixFileMode(Database, (UnixFileMode)0b110_100_100);
        await ReopenAsync();
        File.GetUnixFileMode(Database).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void Is_a_write_ahead_log_that_flushes_every_commit()
    {
        using var raw = Raw();
        raw.ExecuteScalar<string>("PRAGMA journal_mode").ShouldBe("wal");
        raw.ExecuteScalar<string>("PRAGMA integrity_check").ShouldBe("ok");
    }

    [Fact]
    public async Task Refuses_the_database_of_a_newer_server_and_leaves_it_alone()
    {
        await Log.DisposeAsync();
        using (var raw = Raw()) raw.Execute("PRAGMA user_version = 1000; PRAGMA journal_mode = DELETE");
        var before = await File.ReadAllBytesAsync(Database);

        var refusal = Should.Throw<AnalysisRunnerException>(Open).Problems.ShouldHaveSingleItem();
        refusal.Code.ShouldBe("AR6038");
        refusal.Message.ShouldContain("version 1000");
        (await File.ReadAllBytesAsync(Database)).ShouldBe(before);
    }

    [Fact]
    public async Task Refuses_the_database_of_another_program()
    {
        await Log.DisposeAsync();
        File.Delete(Database);
        using (var raw = Raw()) raw.Execute("CREATE TABLE theirs (a)");
        Should.Throw<AnalysisRunnerException>(Open).Problems[0].Code.ShouldBe("AR6038");
        using var after = Raw();
        after.Query<string>("SELECT name FROM sqlite_master").ShouldBe(["theirs"]);
    }

    [Fact]
    public async Task Refuses_a_file_that_is_no_database()
    {
        await Log.DisposeAsync();
        await File.WriteAllTextAsync(Database, new string('x', 5000));
        Should.Throw<AnalysisRunnerException>(Open).Problems[0].Code.ShouldBe("AR6038");
    }

    [Fact]
    public async Task A_database_of_every_earlier_version_is_brought_up_to_date_and_keeps_what_it_has()
    {
        for (var version = 1; version < SqliteSchema.CurrentVersion; version++)
        {
            await Log.DisposeAsync();
            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Database)!)) File.Delete(file);
            using (var raw = Raw())
            {
                foreach (var step in SqliteSchema.Migrations.Take(version)) raw.Execute(step);
                raw.Execute(
                    """
                    INSERT INTO invocations (ar_guid, dataset, access_level, namespace, description, output_prefix, output_path, submitted_by, submitted_at,
                        commit_id, working_directory, script, arguments, environment_names, config_path, state)
                    VALUES (@guid, 'd', 'test', 'test', 'x', 'o', '/o', 'alice', 1, 'c', '', '[]', '[]', '[]', '/c', 'accepted')
                    """,
                    new { guid = ArGuid(1) });
            }

            await ReopenAsync();

            (await Log.ListAsync(10, null, ["d"], CancellationToken.None)).ShouldHaveSingleItem().Invocation.ArGuid.ShouldBe(ArGuid(1));
            using var after = Raw();
            after.ExecuteScalar<long>("PRAGMA user_version").ShouldBe(SqliteSchema.CurrentVersion);
        }
    }

    [Fact]
    public async Task Two_opening_at_once_migrate_once()
    {
        await Log.DisposeAsync();
        File.Delete(Database);
        var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(Open)));
        foreach (var log in opened) await log.DisposeAsync();
        using var raw = Raw();
        raw.ExecuteScalar<long>("PRAGMA user_version").ShouldBe(SqliteSchema.CurrentVersion);
    }

    [Theory]
    [InlineData("UPDATE events SET detail = 'x'")]
    [InlineData("DELETE FROM events")]
    [InlineData("DELETE FROM invocations")]
    [InlineData("UPDATE invocations SET state = 'running', finished_at = NULL, final_sequence = NULL")]
    [InlineData("UPDATE invocations SET state = 'nonsense'")]
    public async Task The_database_itself_refuses_to_rewrite_history(string statement)
    {
        await Log.RecordAsync(Submission(1), CancellationToken.None);
        await Log.ChangeStateAsync(ArGuid(1), new StateChange(InvocationState.Succeeded), CancellationToken.None);
        using var raw = Raw();
        Should.Throw<SqliteException>(() => raw.Execute(statement));
    }

    [Fact]
    public async Task Ended_invocations_leave_no_secret_in_any_file()
    {
        var secret = $"secret-{Guid.NewGuid()}";
        await Log.RecordAsync(Submission(1, environment: new Dictionary<string, string> { ["TOKEN"] = secret }), CancellationToken.None);
        FilesContain(secret).ShouldBeTrue();
        await Log.ChangeStateAsync(ArGuid(1), new StateChange(InvocationState.Succeeded), CancellationToken.None);
        // The next write is answered after the log was emptied: one writer, in order.
        await Log.RecordAsync(Submission(2), CancellationToken.None);
        FilesContain(secret).ShouldBeFalse();
    }

    [Fact]
    public async Task Recorded_invocations_are_in_the_files_when_the_process_dies()
    {
        await Log.RecordAsync(Submission(1, "k"), CancellationToken.None);
        await Log.ChangeStateAsync(ArGuid(1), new StateChange(InvocationState.Running), CancellationToken.None);

        // What a kill leaves behind is what is in the files now, the unemptied write-ahead log included.
        var copy = Path.Combine(_folder, "copy");
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Database)!).Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
        {
            await using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            await using var target = File.Create(Path.Combine(copy, Path.GetFileName(file)));
            await source.CopyToAsync(target);
        }
        await using var after = SqliteInvocationLog.Open(Path.Combine(copy, "log.db"), Time, guid => guid);
        (await after.GetAsync(ArGuid(1), CancellationToken.None))!.Invocation.State.ShouldBe(InvocationState.Running);
        (await after.RecordAsync(Submission(2, "k"), CancellationToken.None)).Outcome.ShouldBe(RecordOutcome.Existing);
    }

    [Fact]
    public async Task A_write_that_fails_takes_no_other_along()
    {
        await Log.RecordAsync(Submission(1), CancellationToken.None);
        var writes = Enumerable.Range(0, 60).Select(i => Log.RecordAsync(Submission(i % 2 == 0 ? 1 : i + 1), CancellationToken.None)).ToArray();
        await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));
        writes.Count(write => write.IsFaulted).ShouldBe(30);
        writes.Count(write => write.IsCompletedSuccessfully).ShouldBe(30);
        (await Log.ListAsync(100, null, null, CancellationToken.None)).Count.ShouldBe(31);
    }

    [Fact]
    public async Task A_lost_transaction_loses_only_itself_and_passes()
    {
        await Log.RecordAsync(Submission(1), CancellationToken.None);
        await Log.DisposeAsync();
        using (var raw = Raw())
        {
            // Like a full disk, this ends the whole transaction and not just the statement.
            raw.Execute("CREATE TRIGGER lost BEFORE INSERT ON requests WHEN NEW.json = 'too much' BEGIN SELECT RAISE(ROLLBACK, 'lost'); END");
        }
        await ReopenAsync();
        var write = Submission(2) with { RequestJson = "too much" };
        await Should.ThrowAsync<SqliteException>(Log.RecordAsync(write, CancellationToken.None));
        (await Log.RecordAsync(Submission(3), CancellationToken.None)).Outcome.ShouldBe(RecordOutcome.Recorded);
        (await Log.ListAsync(10, null, null, CancellationToken.None)).Select(one => one.Invocation.ArGuid).ShouldBe([ArGuid(3), ArGuid(1)]);
    }

    [Fact]
    public async Task A_closed_log_says_so()
    {
        await Log.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(Log.RecordAsync(Submission(1), CancellationToken.None));
        await ReopenAsync();
    }

    private bool FilesContain(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Directory.GetFiles(Path.GetDirectoryName(Database)!).Any(file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            return memory.ToArray().AsSpan().IndexOf(bytes) >= 0;
        });
    }
}
