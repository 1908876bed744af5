using System.Data;
using System.Data.Common;
using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AnalysisRunner.Server.Record.Databases;

/// <summary>
/// One SQLite file of mode 0600: write-ahead log, every commit flushed, one writing process (the caller holds the state folder's lock), any
/// number of readers.
/// </summary>
internal sealed class SqliteDatabase(string path) : IRecordDatabase
{
    // Marks the file as ours in its header ("ARun"), so that another program's database is never migrated.
    private const long ApplicationId = 0x4152756E;

    // As many as are read with at the same time; further ones are closed after use.
    private const int KeptReaders = 16;

    // Its last event is appended last: until then it is the one that this transaction has changed.
    private const string Changed =
        """
        (SELECT n.position, n.recorded_at, n.last_sequence FROM invocations n
        WHERE n.ar_guid = $1 AND NOT EXISTS (SELECT 1 FROM events e WHERE e.invocation = n.position AND e.sequence = n.last_sequence))
        """;

    private readonly string _readers = ConnectionString(path, SqliteOpenMode.ReadOnly);
    private readonly Stack<StatementCachingConnection> _free = new();
    private bool _disposed;

    /// <inheritdoc />
    public string Dialect => "Sqlite";

    /// <inheritdoc />
    public string Name => path;

    /// <inheritdoc />
    public string PlannedEachTime => "";

    /// <inheritdoc />
    public string SearchHits => "(SELECT w.rowid AS position FROM invocation_words w WHERE w.invocation_words MATCH @words) hits";

    /// <inheritdoc />
    public string AfterRestore => "ANALYZE invocations";

    /// <inheritdoc />
    public string SearchExpression(IReadOnlyList<string> words) => string.Join(' ', words.Select(word => $"\"{word}\"*"));

    /// <inheritdoc />
    public string IsAmong(string position, string parameter) => $"{position} IN (SELECT value FROM json_each({parameter}))";

    /// <inheritdoc />
    public object ListOf(IReadOnlyList<long> positions) => $"[{string.Join(',', positions)}]";

    /// <inheritdoc />
    public DbConnection OpenWriter()
    {
        Batteries_V2.Init();
        CreatePrivateFile(path);
        var connection = new StatementCachingConnection(ConnectionString(path, SqliteOpenMode.ReadWrite));
        try
        {
            connection.Open();
            connection.Execute("PRAGMA busy_timeout = 10000; PRAGMA secure_delete = ON; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON");
            // The pages that are written again and again are those of the indexes' ends: 32 MiB hold them, and a write-ahead log of 32 MiB brings each of them
            // to the file once where the default of 4 MiB does it eight times.
            connection.Execute("PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 8192");
            connection.ExecuteScalar<long>("PRAGMA user_version");
            return connection;
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode == raw.SQLITE_NOTADB)
        {
            connection.Dispose();
            throw new AnalysisRunnerException(
                PolicyCodes.LogNotCompatible,
                $"\"{path}\" is not an SQLite database, so the invocation log does not touch it. "
                + "Restore it from a backup, or name another state folder.",
                failure);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public async Task<DbConnection> OpenReaderAsync(CancellationToken cancellation)
    {
        lock (_free)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_free.TryPop(out var free)) return free;
        }
        var connection = new StatementCachingConnection(_readers, TryKeep);
        try
        {
            await connection.OpenAsync(cancellation);
            // The pages of a log of a million invocations are read from the operating system's cache without being copied.
            await connection.ExecuteAsync("PRAGMA mmap_size = 4294967296");
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public ValueTask<DbTransaction> BeginSnapshotAsync(DbConnection reader, CancellationToken cancellation) =>
        ValueTask.FromResult<DbTransaction>(((SqliteConnection)reader).BeginTransaction(deferred: true));

    /// <inheritdoc />
    public void BeginExclusive(DbConnection writer) => writer.Execute("BEGIN IMMEDIATE");

    /// <inheritdoc />
    public IReadOnlyList<Statement> Follow(string arGuid, Statement change, IReadOnlyList<Consequence> consequences) =>
        [change, .. consequences.Select(consequence => new Statement(consequence.Write(Changed, 2), [arGuid, .. consequence.Values]))];

    /// <inheritdoc />
    public IReadOnlyList<int> Execute(DbConnection writer, IReadOnlyList<Statement> statements, bool begins)
    {
        if (begins) BeginExclusive(writer);
        var changed = new int[statements.Count];
        for (var i = 0; i < changed.Length; i++) changed[i] = ((StatementCachingConnection)writer).Execute(statements[i]);
        return changed;
    }

    /// <inheritdoc />
    public bool IsInTransaction(DbConnection writer) =>
        writer.State == ConnectionState.Open && raw.sqlite3_get_autocommit(((SqliteConnection)writer).Handle) == 0;

    /// <inheritdoc />
    // One process writes, and it knows what.
    public void Commit(DbConnection writer, IReadOnlyCollection<string> changed) => writer.Execute("COMMIT");

    /// <inheritdoc />
    public void Listen(InvocationSignals signals)
    {
        // Nobody else writes.
    }

    /// <inheritdoc />
    // The lock of the state folder keeps every other server out, and this one knows itself.
    public bool IsConnected(DbConnection connection, string server) => false;

    /// <inheritdoc />
    public int ReadVersion(DbConnection writer)
    {
        var version = writer.ExecuteScalar<int>("PRAGMA user_version");
        var application = writer.ExecuteScalar<long>("PRAGMA application_id");
        var isNew = version == 0 && application == 0 && writer.ExecuteScalar<long>("SELECT count(*) FROM sqlite_master") == 0;
        return isNew || application == ApplicationId
            ? version
            : throw new AnalysisRunnerException(
                PolicyCodes.LogNotCompatible,
                $"\"{path}\" is a database of another program, so the invocation log does not touch it. Name another file or state folder.");
    }

    /// <inheritdoc />
    public void WriteVersion(DbConnection writer, int version) =>
        writer.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version}"));

    /// <inheritdoc />
    public void AfterMigration(DbConnection writer) =>
        // The journal mode is a change of the file, so it comes after the look at whose file it is. Emptying the write-ahead log takes out
        // what a migration deleted. The planner learns how many rows its indexes tell apart. A CHECK that a migration changed counts on this connection once it
        // has read the schema anew, which it does when a change of the schema is taken back.
        writer.Execute("BEGIN IMMEDIATE; CREATE TABLE never (made INTEGER); ROLLBACK; PRAGMA journal_mode = WAL; PRAGMA analysis_limit = 1000; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)");

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        lock (_free)
        {
            _disposed = true;
            while (_free.TryPop(out var free)) free.Close();
        }
        return ValueTask.CompletedTask;
    }

    private bool TryKeep(StatementCachingConnection reader)
    {
        lock (_free)
        {
            if (_disposed || _free.Count >= KeptReaders) return false;
            _free.Push(reader);
            return true;
        }
    }

    private static void CreatePrivateFile(string path)
    {
        var folder = Path.GetDirectoryName(path);
        if (OperatingSystem.IsWindows())
        {
            // The user's profile is private there by its own access list.
            if (folder is { Length: > 0 }) Directory.CreateDirectory(folder);
            File.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete).Dispose();
            return;
        }
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (folder is { Length: > 0 }) Directory.CreateDirectory(folder, Private | UnixFileMode.UserExecute);
        // SQLite gives its -wal and -shm files the mode of the database, so the mode has to be right before it opens.
        var create = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            UnixCreateMode = Private,
        };
        File.Open(path, create).Dispose();
        if (File.GetUnixFileMode(path) != Private) File.SetUnixFileMode(path, Private);
    }

    private static string ConnectionString(string path, SqliteOpenMode mode) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, ForeignKeys = true }.ToString();
}
