using System.Runtime.CompilerServices;
using System.Text.Json;
using AnalysisRunner.Contracts;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AnalysisRunner.Server.Record;

/// <summary>
/// The invocation log in one SQLite file of mode 0600: write-ahead log, every commit flushed, one writer per file (the caller holds the
/// state folder's lock), any number of readers. Values of environment variables are kept in a table of their own and deleted in the
/// transaction that ends their invocation; deleted content is overwritten, and the write-ahead log is emptied after it.
/// </summary>
public sealed partial class SqliteInvocationLog : IInvocationLog
{
    private const int FollowPage = 500;

    private readonly string _readers;
    private readonly TimeProvider _time;
    private readonly Func<string, string> _pageOf;
    private readonly InvocationSignals _signals = new();
    private readonly SqliteWriter _writer;

    private SqliteInvocationLog(string readers, SqliteConnection writer, TimeProvider time, Func<string, string> pageOf)
    {
        (_readers, _time, _pageOf) = (readers, time, pageOf);
        _writer = new SqliteWriter(writer, _signals.Raise);
    }

    /// <summary>Opens the log, creating file and folder (modes 0600 and 0700) and migrating an older version.</summary>
    /// <param name="path">The absolute path of the database file.</param>
    /// <param name="time">Stamps the events.</param>
    /// <param name="pageOf">
    /// Makes <see cref="Invocation.Url"/> from an ar-guid at reading, because a local runner's address changes.
    /// </param>
    /// <exception cref="AnalysisRunnerException"><c>AR6038</c> the file is another program's database or a newer server's.</exception>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public static SqliteInvocationLog Open(string path, TimeProvider time, Func<string, string> pageOf)
    {
        SQLitePCL.Batteries_V2.Init();
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        CreatePrivateFile(path);
        var connection = new SqliteConnection(ConnectionString(path, SqliteOpenMode.ReadWrite, pooling: false));
        try
        {
            connection.Open();
            connection.Execute("PRAGMA busy_timeout = 10000");
            // Before the journal mode, which is a change of the file: what is not ours is only looked at.
            SqliteSchema.Migrate(connection, path);
            connection.Execute(
                """
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                PRAGMA fullfsync = ON;
                PRAGMA secure_delete = ON;
                PRAGMA wal_checkpoint(TRUNCATE);
                """);
            return new SqliteInvocationLog(ConnectionString(path, SqliteOpenMode.ReadOnly, pooling: true), connection, time, pageOf);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _signals.Close();
        await _writer.DisposeAsync();
        using var pool = new SqliteConnection(_readers);
        SqliteConnection.ClearPool(pool);
    }

    /// <inheritdoc />
    public ValueTask<RecordedSubmission?> FindSubmissionAsync(string submittedBy, string idempotencyKey, CancellationToken cancellation) =>
        ReadAsync(connection => FindSubmission(connection, submittedBy, idempotencyKey), cancellation);

    /// <inheritdoc />
    public async ValueTask<InvocationRecord?> GetAsync(string arGuid, CancellationToken cancellation) =>
        (await ReadInvocationsAsync(SelectOne, new { arGuid }, newestFirst: true, cancellation)).SingleOrDefault();

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<InvocationRecord>> ListAsync(
        int limit, string? before, IReadOnlyCollection<string>? datasets, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var names = datasets is null ? null : JsonSerializer.Serialize([.. datasets], RecordJson.Default.IReadOnlyListString);
        var query = (before, names) switch
        {
            (null, null) => SelectNewest,
            (not null, null) => SelectBefore,
            (null, not null) => SelectNewestOf,
            (not null, not null) => SelectBeforeOf,
        };
        return ReadInvocationsAsync(query, new { limit, before, names }, newestFirst: true, cancellation);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<InvocationRecord>> ListUnfinishedAsync(CancellationToken cancellation) =>
        ReadInvocationsAsync(SelectUnfinished, new { }, newestFirst: false, cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<InvocationEvent>> ListEventsAsync(
        string arGuid, long after, int limit, CancellationToken cancellation) =>
        ReadAsync(connection => ReadEvents(connection, arGuid, after, limit), cancellation);

    /// <inheritdoc />
    public async IAsyncEnumerable<InvocationEvent> FollowEventsAsync(
        string arGuid, long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            // The signal before the question whether the invocation has ended, and that before the events: nothing recorded in between is
            // missed.
            var next = _signals.Next(arGuid);
            var end = await ReadAsync(connection => connection.QuerySingleOrDefault<EndRow>(FinalSequence, new { arGuid }), cancellation);
            if (end is null || end.FinalSequence <= after) yield break;

            var events = await ListEventsAsync(arGuid, after, FollowPage, cancellation);
            foreach (var one in events)
            {
                yield return one;
                if (one.Sequence == end.FinalSequence) yield break;
                after = one.Sequence;
            }
            if (events.Count == 0 && !await next.WaitAsync(cancellation)) yield break;
        }
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<BatchSummary>> ListBatchesAsync(string arGuid, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<BatchSummary>>(
            connection => [.. connection.Query<BatchRow>(BatchesOf, new { arGuid }).Select(row => row.ToSummary())], cancellation);

    /// <inheritdoc />
    public ValueTask<string?> FindInvocationOfBatchAsync(string key, CancellationToken cancellation) =>
        ReadAsync(connection => connection.ExecuteScalar<string?>(InvocationOfBatch, new { key }), cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyDictionary<string, string>> GetEnvironmentAsync(string arGuid, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyDictionary<string, string>>(
            connection => connection.ExecuteScalar<string?>(EnvironmentOf, new { arGuid }) is { } json
                ? JsonSerializer.Deserialize(json, RecordJson.Default.DictionaryStringString) ?? []
                : new Dictionary<string, string>(),
            cancellation);

    /// <inheritdoc />
    public ValueTask<string?> GetRequestAsync(string arGuid, CancellationToken cancellation) =>
        ReadAsync(connection => connection.ExecuteScalar<string?>(RequestOf, new { arGuid }), cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<Denial>> ListDenialsAsync(int limit, long? before, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return ReadAsync<IReadOnlyList<Denial>>(
            connection =>
            [
                .. connection.Query<DenialRow>(Denials, new { limit, before = before ?? long.MaxValue }).Select(row => row.ToDenial()),
            ],
            cancellation);
    }

    private ValueTask<IReadOnlyList<InvocationRecord>> ReadInvocationsAsync(
        InvocationQuery query, object parameters, bool newestFirst, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<InvocationRecord>>(
            connection =>
            {
                // One snapshot for the three statements, so that an invocation is shown with the steps and batches that go with its state.
                using var transaction = connection.BeginTransaction(deferred: true);
                var rows = connection.Query<InvocationRow>(query.Invocations, parameters, transaction);
                var steps = connection.Query<StepRow>(query.Steps, parameters, transaction).ToLookup(step => step.Invocation);
                var batches = connection.Query<BatchRow>(query.Batches, parameters, transaction).ToLookup(batch => batch.Invocation);
                var records = rows.Select(row => row.ToRecord(steps[row.Position], batches[row.Position], _pageOf(row.ArGuid)));
                return newestFirst ? [.. records] : [.. records.Reverse()];
            },
            cancellation);

    private ValueTask<T> ReadAsync<T>(Func<SqliteConnection, T> read, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var connection = new SqliteConnection(_readers);
        connection.Open();
        return ValueTask.FromResult(read(connection));
    }

    private static RecordedSubmission? FindSubmission(SqliteConnection connection, string submittedBy, string idempotencyKey) =>
        connection.QuerySingleOrDefault<SubmissionRow>(Submission, new { submittedBy, idempotencyKey }) is { } row
            ? new RecordedSubmission(row.ArGuid, row.RequestDigest)
            : null;

    private static IReadOnlyList<InvocationEvent> ReadEvents(SqliteConnection connection, string arGuid, long after, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return [.. connection.Query<EventRow>(EventsAfter, new { arGuid, after, limit }).Select(row => row.ToEvent())];
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

    private static string ConnectionString(string path, SqliteOpenMode mode, bool pooling) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = pooling, ForeignKeys = true }.ToString();

    private sealed class SubmissionRow
    {
        public string ArGuid { get; init; } = "";
        public string RequestDigest { get; init; } = "";
    }

    private sealed class EndRow
    {
        public long? FinalSequence { get; init; }
    }
}
