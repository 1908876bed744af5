using System.Data.Common;
using System.Runtime.CompilerServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record.Databases;
using AnalysisRunner.Server.Record.Migrations;
using Dapper;

namespace AnalysisRunner.Server.Record;

/// <summary>
/// The invocation log in a database, SQLite or PostgreSQL. Values of environment variables are kept encrypted, in a table of their own, and are
/// deleted in the transaction that ends their invocation.
/// </summary>
public sealed partial class InvocationLog : IInvocationLog
{
    private const int FollowPage = 500;

    private readonly IRecordDatabase _database;
    private readonly EnvironmentSeal _seal;
    private readonly TimeProvider _time;
    private readonly Func<string, string> _pageOf;
    private readonly int _fewHits;
    private readonly int _nearRows;
    private readonly InvocationSignals _signals = new();
    private readonly RecordWriter _writer;
    private int _disposed;

    private InvocationLog(IRecordDatabase database, DbConnection writer, EnvironmentSeal seal, InvocationLogOptions options)
    {
        (_database, _seal, _time, _pageOf, _fewHits, _nearRows) = (database, seal, options.Time, options.PageOf, options.FewHits, options.NearRows);
        _writer = new RecordWriter(database, writer, _signals.Raise);
        database.Listen(_signals);
    }

    /// <summary>Opens the log, creating what is not there and migrating an older version.</summary>
    /// <exception cref="AnalysisRunnerException">
    /// <c>AR6038</c> the database is another program's or a newer server's; <c>AR6130</c> it cannot be opened; <c>AR6131</c> the key is damaged.
    /// </exception>
    /// <exception cref="IOException">A file cannot be created.</exception>
    public static async Task<InvocationLog> OpenAsync(InvocationLogOptions options)
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        IRecordDatabase database = options.Database == InvocationLogOptions.Sqlite
            ? new SqliteDatabase(options.SqliteFile)
            : new PostgresDatabase(options.Database, options.Server);
        DbConnection? writer = null;
        try
        {
            writer = database.OpenWriter();
            var seal = EnvironmentSeal.FromFile(options.KeyFile ?? Path.Combine(Path.GetDirectoryName(options.SqliteFile)!, "environment.key"));
            if (!options.MayMigrate) SchemaMigrator.RequireCurrent(database, writer);
            SchemaMigrator.Migrate(database, writer, seal);
            return new InvocationLog(database, writer, seal, options);
        }
        catch
        {
            if (writer is not null) await writer.DisposeAsync();
            await database.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _signals.Close();
        await _writer.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <inheritdoc />
    public async ValueTask<RecordedSubmission?> FindSubmissionAsync(string submittedBy, string idempotencyKey, CancellationToken cancellation)
    {
        await using var connection = await _database.OpenReaderAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<RecordedSubmission>(Submission, new { submittedBy, idempotencyKey });
    }

    /// <inheritdoc />
    public async ValueTask<InvocationRecord?> GetAsync(string arGuid, CancellationToken cancellation) =>
        (await ReadInvocationsAsync("SELECT position FROM invocations WHERE ar_guid = @arGuid", new { arGuid }, cancellation)) is [var found] ? found : null;

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<InvocationRecord>> ListUnfinishedAsync(CancellationToken cancellation) =>
        await ReadInvocationsAsync("SELECT position FROM invocations WHERE finished_at IS NULL", new { }, cancellation);

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<InvocationEvent>> ListEventsAsync(
        string arGuid, long after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        await using var connection = await _database.OpenReaderAsync(cancellation);
        return [.. (await connection.QueryAsync<EventRow>(EventsAfter, new { arGuid, after, limit })).Select(row => row.ToEvent())];
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<InvocationEvent> FollowEventsAsync(
        string arGuid, long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            // The signal before the question whether the invocation has ended, and that before the events: nothing recorded in between is
            // missed.
            var next = _signals.Next(arGuid);
            var end = await FindEndUnlessClosedAsync(arGuid, cancellation);
            if (end is null || end.FinalSequence <= after) yield break;

            var events = await ListEventsUnlessClosedAsync(arGuid, after, cancellation);
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
    public async ValueTask<IReadOnlyList<BatchSummary>> ListBatchesAsync(string arGuid, CancellationToken cancellation)
    {
        await using var connection = await _database.OpenReaderAsync(cancellation);
        return [.. (await connection.QueryAsync<BatchRow>(BatchesOf, new { arGuid })).Select(row => row.ToSummary())];
    }

    /// <inheritdoc />
    public async ValueTask<string?> FindInvocationOfBatchAsync(string key, CancellationToken cancellation)
    {
        await using var connection = await _database.OpenReaderAsync(cancellation);
        return await connection.ExecuteScalarAsync<string?>(InvocationOfBatch, new { key });
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyDictionary<string, string>> GetEnvironmentAsync(string arGuid, CancellationToken cancellation)
    {
        await using var connection = await _database.OpenReaderAsync(cancellation);
        return await connection.ExecuteScalarAsync<string?>(EnvironmentOf, new { arGuid }) is { } found
            ? _seal.Open(arGuid, found)
            : new Dictionary<string, string>();
    }

    /// <inheritdoc />
    public async ValueTask<RunDocuments?> GetDocumentsAsync(string arGuid, CancellationToken cancellation)
    {
        await using var connection = await _database.OpenReaderAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<RunDocuments>(DocumentsOf, new { arGuid });
    }

    /// <inheritdoc />
    public async ValueTask<string?> GetRequestAsync(string arGuid, CancellationToken cancellation)
    {
        await using var connection = await _database.OpenReaderAsync(cancellation);
        return await connection.ExecuteScalarAsync<string?>(RequestOf, new { arGuid });
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<Denial>> ListDenialsAsync(
        int limit, long? before, CancellationToken cancellation, IReadOnlyCollection<string>? datasets = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        await using var connection = await _database.OpenReaderAsync(cancellation);
        var parameters = new DynamicParameters(new { limit, before = before ?? long.MaxValue });
        // Parameter by parameter, because a list as one is another thing to each database.
        var names = (datasets ?? []).Select((dataset, index) => (Name: $"dataset{index}", dataset)).ToList();
        foreach (var (name, dataset) in names) parameters.Add(name, dataset);
        var filter = datasets is null ? "" : names.Count == 0 ? "AND 1 = 0" : $"AND dataset IN ({string.Join(", ", names.Select(name => "@" + name.Name))})";
        var rows = await connection.QueryAsync<DenialRow>($"SELECT * FROM denials WHERE id < @before {filter} ORDER BY id DESC LIMIT @limit", parameters);
        return [.. rows.Select(row => row.ToDenial())];
    }

    /// <summary>Reads invocations whole, in the order of recording.</summary>
    private async Task<IReadOnlyList<InvocationRecord>> ReadInvocationsAsync(string positions, object parameters, CancellationToken cancellation)
    {
        await using var connection = await _database.OpenReaderAsync(cancellation);
        // One snapshot for the statements, so that an invocation is shown with the steps and batches that go with its state.
        await using var transaction = await _database.BeginSnapshotAsync(connection, cancellation);
        return await ReadWholeAsync(connection, transaction, positions, parameters);
    }

    /// <summary>Reads invocations whole; <paramref name="positions"/> is the inside of an <c>IN</c>. One journey to the database.</summary>
    private async Task<IReadOnlyList<InvocationRecord>> ReadWholeAsync(DbConnection connection, DbTransaction transaction, string positions, object? parameters)
    {
        using var results = await connection.QueryMultipleAsync(
            $"""
            SELECT * FROM invocations WHERE position IN ({positions}) ORDER BY position;
            SELECT * FROM steps WHERE invocation IN ({positions}) ORDER BY ordinal;
            SELECT * FROM batches WHERE invocation IN ({positions}) ORDER BY ordinal;
            SELECT {ApprovalRow.Columns} FROM approvals WHERE invocation IN ({positions});
            """,
            parameters,
            transaction);
        var rows = await results.ReadAsync<InvocationRow>();
        var steps = (await results.ReadAsync<StepRow>()).ToLookup(step => step.Invocation);
        var batches = (await results.ReadAsync<BatchRow>()).ToLookup(batch => batch.Invocation);
        var approvals = (await results.ReadAsync<ApprovalRow>()).ToDictionary(approval => approval.Invocation);
        return [.. rows.Select(row => row.ToRecord(steps[row.Position], batches[row.Position], approvals.GetValueOrDefault(row.Position), _pageOf(row.ArGuid)))];
    }

    private async Task<EndRow?> FindEndUnlessClosedAsync(string arGuid, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await _database.OpenReaderAsync(cancellation);
            return await connection.QuerySingleOrDefaultAsync<EndRow>(FinalSequence, new { arGuid });
        }
        catch (ObjectDisposedException) when (_disposed != 0)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<InvocationEvent>> ListEventsUnlessClosedAsync(string arGuid, long after, CancellationToken cancellation)
    {
        try
        {
            return await ListEventsAsync(arGuid, after, FollowPage, cancellation);
        }
        catch (ObjectDisposedException) when (_disposed != 0)
        {
            return [];
        }
    }

    private sealed class EndRow
    {
        public long? FinalSequence { get; init; }
    }
}
