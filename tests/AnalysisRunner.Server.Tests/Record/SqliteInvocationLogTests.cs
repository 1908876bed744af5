using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;
using Dapper;
using Microsoft.Data.Sqlite;
using static AnalysisRunner.Server.Tests.Record.Samples;

namespace AnalysisRunner.Server.Tests.Record;

public sealed class SqliteInvocationLogTests : InvocationLogContract
{
    protected override string Database => InvocationLogOptions.Sqlite;

    private string Path => Options.SqliteFile;

    protected override Task<InvocationLogOptions> AnotherAsync() => Task.FromResult(Options with { SqliteFile = Path + ".another" });

    private SqliteConnection Raw()
    {
        var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        return connection;
    }

    [Fact]
    public async Task Only_its_owner_reads_the_files()
    {
        if (OperatingSystem.IsWindows()) return;
        await Log.RecordAsync(Submission(1), CancellationToken.None);
        var files = Directory.GetFiles(System.IO.Path.GetDirectoryName(Path)!);
        files.Length.ShouldBe(3);
        foreach (var file in files) File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);

        await Log.DisposeAsync();
        File.SetUnixFileMode(Path, (UnixFileMode)0b110_100_100);
        await ReopenAsync();
        File.GetUnixFileMode(Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
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
        var before = await File.ReadAllBytesAsync(Path);

        var refusal = (await Should.ThrowAsync<AnalysisRunnerException>(OpenAsync())).Problems.ShouldHaveSingleItem();
        refusal.Code.ShouldBe("AR6038");
        refusal.Message.ShouldContain("version 1000");
        (await File.ReadAllBytesAsync(Path)).ShouldBe(before);
    }

    [Fact]
    public async Task Refuses_the_database_of_another_program()
    {
        await Log.DisposeAsync();
        File.Delete(Path);
        using (var raw = Raw()) raw.Execute("CREATE TABLE theirs (a)");
        (await Should.ThrowAsync<AnalysisRunnerException>(OpenAsync())).Problems[0].Code.ShouldBe("AR6038");
        using var after = Raw();
        after.Query<string>("SELECT name FROM sqlite_master").ShouldBe(["theirs"]);
    }

    [Fact]
    public async Task Refuses_a_file_that_is_no_database()
    {
        await Log.DisposeAsync();
        await File.WriteAllTextAsync(Path, new string('x', 5000));
        (await Should.ThrowAsync<AnalysisRunnerException>(OpenAsync())).Problems[0].Code.ShouldBe("AR6038");
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
    public async Task No_file_ever_holds_a_value_of_the_environment()
    {
        var secret = $"secret-{Guid.NewGuid()}";
        await Log.RecordAsync(Submission(1, environment: new Dictionary<string, string> { ["TOKEN"] = secret }), CancellationToken.None);
        FilesContain("TOKEN").ShouldBeTrue();
        FilesContain(secret).ShouldBeFalse();
    }

    [Fact]
    public async Task Recorded_invocations_are_in_the_files_when_the_process_dies()
    {
        await Log.RecordAsync(Submission(1, "k"), CancellationToken.None);
        await Log.ChangeStateAsync(ArGuid(1), new StateChange(InvocationState.Running), CancellationToken.None);

        // What a kill leaves behind is what is in the files now, the unemptied write-ahead log included.
        var copy = System.IO.Path.Combine(Folder, "copy");
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(System.IO.Path.GetDirectoryName(Path)!).Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
        {
            await using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            await using var target = File.Create(System.IO.Path.Combine(copy, System.IO.Path.GetFileName(file)));
            await source.CopyToAsync(target);
        }
        await using var after = await InvocationLog.OpenAsync(Options with { SqliteFile = System.IO.Path.Combine(copy, "log.db") });
        (await after.GetAsync(ArGuid(1), CancellationToken.None))!.Invocation.State.ShouldBe(InvocationState.Running);
        (await after.RecordAsync(Submission(2, "k"), CancellationToken.None)).Outcome.ShouldBe(RecordOutcome.Existing);
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
        (await Log.ListAsync(new InvocationQuery(), CancellationToken.None)).Records.Select(one => one.Invocation.ArGuid).ShouldBe([ArGuid(3), ArGuid(1)]);
    }

    private bool FilesContain(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Directory.GetFiles(System.IO.Path.GetDirectoryName(Path)!).Any(file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            return memory.ToArray().AsSpan().IndexOf(bytes) >= 0;
        });
    }
}
