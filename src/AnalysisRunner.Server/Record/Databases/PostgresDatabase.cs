using System.Buffers.Binary;
using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using Dapper;
using Npgsql;

namespace AnalysisRunner.Server.Record.Databases;

/// <summary>
/// A PostgreSQL database, in a schema of its own. Several servers may share it: an advisory lock lets one group of writes run at a time, and a
/// notification wakes the followers of the others.
/// </summary>
internal sealed class PostgresDatabase : IRecordDatabase
{
    private const string Schema = "analysis_runner";
    private const string Channel = "analysis_runner_changed";

    // "ARun": the advisory lock that writers and migrations take.
    private const long Lock = 0x4152756E;

    // "ARse": beside the hash of its name, the advisory lock that a server holds while it is there. Shared, so that its next connection need not wait until the
    // database has noticed the end of the last one.
    private const int ServerLock = 0x41527365;

    private static readonly string[] Beginning = ["BEGIN", string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_xact_lock({Lock})")];

    private static readonly TimeSpan ListenAgainAfter = TimeSpan.FromSeconds(1);

    private readonly string _connection;
    private readonly NpgsqlDataSource _readers;
    private readonly string? _server;
    private readonly CancellationTokenSource _disposing = new();
    private Task _listening = Task.CompletedTask;

    /// <param name="connection">An Npgsql connection string.</param>
    /// <param name="server">The server that uses it; null for a program that is none.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR6130</c> it is malformed.</exception>
    public PostgresDatabase(string connection, string? server = null)
    {
        _server = server;
        var builder = Parse(connection);
        builder.SearchPath = Schema;
        builder.ApplicationName ??= "analysis-runner";
        // Statements are few and constant: the server plans each of them once per connection.
        if (builder.MaxAutoPrepare == 0) builder.MaxAutoPrepare = 64;
        // No connection is given a state that the next user of it would have to be kept from.
        builder.NoResetOnClose = true;
        _connection = builder.ToString();
        _readers = NpgsqlDataSource.Create(builder);
        Name = $"PostgreSQL database \"{builder.Database}\" at \"{builder.Host}\"";
    }

    /// <summary>Reads a connection string without connecting.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6130</c> it is malformed.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string connection)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder(connection);
            return string.IsNullOrWhiteSpace(builder.Host) ? throw new FormatException("It has no Host.") : builder;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // The text itself may hold a password, so it is not repeated.
            throw new AnalysisRunnerException(
                PolicyCodes.DatabaseUnusable,
                $"The setting 'database' is no PostgreSQL connection string: {e.Message} "
                + "Write 'sqlite', or a text such as 'Host=/run/postgresql;Database=analysis_runner;Username=runner'.",
                e);
        }
    }

    /// <inheritdoc />
    public string Dialect => "Postgres";

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    // A plan for any values takes a frequent one for an average one. Workers of their own, whose start takes longer than a page may, are no help.
    public string PlannedEachTime => "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL max_parallel_workers_per_gather = 0; ";

    /// <inheritdoc />
    public string SearchHits => "invocations i WHERE i.search_vector @@ CAST(@words AS tsquery)";

    /// <inheritdoc />
    public string AfterRestore =>
        """
        SELECT setval(pg_get_serial_sequence('invocations', 'position'), coalesce((SELECT max(position) FROM invocations), 0) + 1, false);
        SELECT setval(pg_get_serial_sequence('steps', 'ordinal'), coalesce((SELECT max(ordinal) FROM steps), 0) + 1, false);
        SELECT setval(pg_get_serial_sequence('batches', 'ordinal'), coalesce((SELECT max(ordinal) FROM batches), 0) + 1, false);
        SELECT setval(pg_get_serial_sequence('notifications', 'id'), coalesce((SELECT max(id) FROM notifications), 0) + 1, false);
        SELECT setval(pg_get_serial_sequence('denials', 'id'), coalesce((SELECT max(id) FROM denials), 0) + 1, false);
        """;

    /// <inheritdoc />
    public string SearchExpression(IReadOnlyList<string> words) => string.Join(" & ", words.Select(word => $"'{word}':*"));

    /// <inheritdoc />
    public string IsAmong(string position, string parameter) => $"{position} = ANY({parameter})";

    /// <inheritdoc />
    public object ListOf(IReadOnlyList<long> positions) => positions.ToArray();

    /// <inheritdoc />
    public DbConnection OpenWriter()
    {
        var connection = new NpgsqlConnection(_connection);
        try
        {
            connection.Open();
            // What is answered is durable, whatever the cluster's default is.
            connection.Execute("SET synchronous_commit = on");
            return connection;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            connection.Dispose();
            throw new AnalysisRunnerException(
                PolicyCodes.DatabaseUnusable, $"The {Name} cannot be opened: {e.Message} Start it, or correct the setting 'database'.", e);
        }
    }

    /// <inheritdoc />
    public async Task<DbConnection> OpenReaderAsync(CancellationToken cancellation) => await _readers.OpenConnectionAsync(cancellation);

    /// <inheritdoc />
    public ValueTask<DbTransaction> BeginSnapshotAsync(DbConnection reader, CancellationToken cancellation) =>
        reader.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);

    /// <inheritdoc />
    public void BeginExclusive(DbConnection writer) => Execute(writer, [], begins: true);

    /// <inheritdoc />
    public IReadOnlyList<Statement> Follow(string arGuid, Statement change, IReadOnlyList<Consequence> consequences)
    {
        // One statement: most of what a small one costs is to begin it, and the row need not be looked up again.
        var text = new StringBuilder("WITH changed AS (").Append(change.Text).Append(" RETURNING position, recorded_at, last_sequence)");
        var values = change.Values.ToList();
        for (var i = 0; i < consequences.Count; i++)
        {
            var written = consequences[i].Write("changed", values.Count + 1);
            if (i == consequences.Count - 1) text.Append('\n').Append(written);
            else text.Append(CultureInfo.InvariantCulture, $",\nconsequence{i} AS ({written})");
            values.AddRange(consequences[i].Values);
        }
        return [new Statement(text.ToString(), [.. values])];
    }

    /// <inheritdoc />
    public IReadOnlyList<int> Execute(DbConnection writer, IReadOnlyList<Statement> statements, bool begins)
    {
        using var batch = new NpgsqlBatch((NpgsqlConnection)writer);
        foreach (var beginning in begins ? Beginning : []) batch.BatchCommands.Add(new NpgsqlBatchCommand(beginning));
        var first = batch.BatchCommands.Count;
        foreach (var statement in statements)
        {
            var command = new NpgsqlBatchCommand(statement.Text);
            foreach (var value in statement.Values) command.Parameters.Add(new NpgsqlParameter { DbType = value.Type, Value = value.Value ?? DBNull.Value });
            batch.BatchCommands.Add(command);
        }
        batch.ExecuteNonQuery();
        var changed = new int[statements.Count];
        for (var i = 0; i < changed.Length; i++) changed[i] = batch.BatchCommands[first + i].RecordsAffected;
        return changed;
    }

    /// <inheritdoc />
    public bool IsInTransaction(DbConnection writer) => writer.State == ConnectionState.Open;

    /// <inheritdoc />
    public void Commit(DbConnection writer, IReadOnlyCollection<string> changed) =>
        writer.Execute($"SELECT pg_notify('{Channel}', ar_guid) FROM unnest(@changed) AS ar_guid; COMMIT", new { changed = changed.ToArray() });

    /// <inheritdoc />
    public void Listen(InvocationSignals signals) => _listening = ListenAsync(signals);

    /// <inheritdoc />
    // A lock of the connection: it is gone with the process, however that ended, and needs no clock.
    public bool IsConnected(DbConnection connection, string server) => connection.ExecuteScalar<bool>(
        """
        SELECT EXISTS (
            SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND CAST(classid AS bigint) = @ServerLock AND CAST(objid AS bigint) = @key AND objsubid = 2
                AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
        """,
        new { ServerLock = (long)ServerLock, key = (long)(uint)LockOf(server) });

    /// <inheritdoc />
    public int ReadVersion(DbConnection writer)
    {
        if (writer.ExecuteScalar<string?>("SELECT CAST(to_regclass('schema_version') AS text)") is not null)
        {
            return writer.ExecuteScalar<int>("SELECT version FROM schema_version");
        }
        return writer.ExecuteScalar<long>($"SELECT count(*) FROM information_schema.tables WHERE table_schema = '{Schema}'") == 0
            ? 0
            : throw new AnalysisRunnerException(
                PolicyCodes.LogNotCompatible,
                $"The {Name} has a schema \"{Schema}\" of another program, so the invocation log does not touch it. Name another database.");
    }

    /// <inheritdoc />
    public void WriteVersion(DbConnection writer, int version)
    {
        if (version == 1) writer.Execute("CREATE TABLE schema_version (version INTEGER NOT NULL); INSERT INTO schema_version VALUES (1)");
        else writer.Execute("UPDATE schema_version SET version = @version", new { version });
    }

    /// <inheritdoc />
    public void AfterMigration(DbConnection writer)
    {
        // The statistics that choose among the indexes are kept by the database's own autovacuum.
    }

    /// <summary>Makes the schema that everything lives in; inside the transaction of the first migration.</summary>
    public static void CreateSchema(DbConnection writer) => writer.Execute($"CREATE SCHEMA IF NOT EXISTS {Schema}");

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        await _listening;
        await _readers.DisposeAsync();
        _disposing.Dispose();
    }

    private static int LockOf(string server) => BinaryPrimitives.ReadInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(server)));

    private async Task ListenAsync(InvocationSignals signals)
    {
        while (!_disposing.IsCancellationRequested)
        {
            try
            {
                await using var connection = await _readers.OpenConnectionAsync(_disposing.Token);
                connection.Notification += (_, news) => signals.Raise(news.Payload);
                await connection.ExecuteAsync($"LISTEN {Channel}");
                if (_server is not null) await connection.ExecuteAsync("SELECT pg_advisory_lock_shared(@ServerLock, @key)", new { ServerLock, key = LockOf(_server) });
                // Whatever was announced while nobody listened.
                signals.RaiseAll();
                while (true) await connection.WaitAsync(_disposing.Token);
            }
            catch (OperationCanceledException) when (_disposing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException)
            {
                // The database is away. Followers are woken when it is back; until then nothing new is recorded either.
                await Task.Delay(ListenAgainAfter, _disposing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
