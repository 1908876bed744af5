using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record.Databases;
using Dapper;

namespace AnalysisRunner.Server.Record;

public sealed partial class InvocationLog
{
    private const string PositionOf = "(SELECT position FROM invocations WHERE ar_guid = @arGuid)";

    /// <inheritdoc />
    public Task<bool> BeginOutputsAsync(string arGuid, CancellationToken cancellation) => _writer.RunAsync(
        scope =>
        {
            var open = scope.Connection.ExecuteScalar<long?>(
                "SELECT position FROM invocations WHERE ar_guid = @arGuid AND outputs_listed_at IS NULL", new { arGuid });
            if (open is { } position) scope.Connection.Execute("DELETE FROM outputs WHERE invocation = @position", new { position });
            return open is not null;
        },
        cancellation);

    /// <inheritdoc />
    public Task AddOutputsAsync(string arGuid, IReadOnlyList<InvocationOutput> outputs, CancellationToken cancellation) => _writer.RunAsync(
        scope =>
        {
            var position = scope.Connection.QuerySingle<long>($"SELECT {PositionOf}", new { arGuid });
            return scope.Connection.Execute(
                """
                INSERT INTO outputs (invocation, category, path, change, length, sha256, modified_at, version, problem)
                VALUES (@Invocation, @Category, @Path, @Change, @Length, @Sha256, @ModifiedAt, @Version, @Problem)
                ON CONFLICT (invocation, category, path) DO UPDATE SET change = excluded.change, length = excluded.length, sha256 = excluded.sha256,
                    modified_at = excluded.modified_at, version = excluded.version, problem = excluded.problem
                """,
                outputs.Select(output => OutputRow.From(position, output)));
        },
        cancellation);

    /// <inheritdoc />
    public Task CompleteOutputsAsync(string arGuid, string? problem, CancellationToken cancellation) => _writer.RunAsync(Completing(arGuid, problem), arGuid: null, cancellation);

    private IReadOnlyList<Statement> Completing(string arGuid, string? problem) =>
    [
        new(
            """
            UPDATE invocations SET outputs_listed_at = $2, outputs_problem = $3,
                output_count = (SELECT count(*) FROM outputs o WHERE o.invocation = invocations.position AND o.change <> 'unchanged'),
                output_bytes = (SELECT coalesce(sum(o.length), 0) FROM outputs o WHERE o.invocation = invocations.position AND o.change <> 'unchanged')
            WHERE ar_guid = $1 AND outputs_listed_at IS NULL
            """,
            arGuid, Now(), problem),
    ];

    /// <inheritdoc />
    public Task AddOutputsProblemAsync(string arGuid, string problem, CancellationToken cancellation) => _writer.RunAsync(
        scope =>
        {
            var known = scope.Connection.ExecuteScalar<string?>("SELECT outputs_problem FROM invocations WHERE ar_guid = @arGuid", new { arGuid });
            if (known?.Contains(problem, StringComparison.Ordinal) == true) return 0;
            var text = known is null ? problem : $"{known} {problem}";
            return scope.Connection.Execute("UPDATE invocations SET outputs_problem = @text WHERE ar_guid = @arGuid", new { arGuid, text });
        },
        cancellation);

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<InvocationOutput>> ListOutputsAsync(
        string arGuid, (string Category, string Path)? after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        await using var connection = await _database.OpenReaderAsync(cancellation);
        var (category, path) = after ?? ("", "");
        var rows = await connection.QueryAsync<OutputRow>(
            $"SELECT * FROM outputs WHERE invocation = {PositionOf} AND (category, path) > (@category, @path) ORDER BY category, path LIMIT @limit",
            new { arGuid, category, path, limit });
        return [.. rows.Select(row => row.ToOutput())];
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<string>> ListUnannouncedAsync(string server, int limit, CancellationToken cancellation)
    {
        await using var connection = await _database.OpenReaderAsync(cancellation);
        var found = await connection.QueryAsync<string>(
            """
            SELECT ar_guid FROM invocations
            WHERE finished_at IS NOT NULL AND announced_at IS NULL AND (claimed_by IS NULL OR claimed_by = @server) ORDER BY position LIMIT @limit
            """,
            new { server, limit });
        return [.. found];
    }

    /// <inheritdoc />
    public Task<bool> AnnounceAsync(string arGuid, IReadOnlyList<NotificationTarget> targets, CancellationToken cancellation) => _writer.RunAsync(
        scope =>
        {
            var now = Now();
            if (scope.Connection.Execute("UPDATE invocations SET announced_at = @now WHERE ar_guid = @arGuid AND announced_at IS NULL", new { arGuid, now }) == 0) return false;
            scope.Connection.Execute(
                $"INSERT INTO notifications (invocation, kind, target, due_at) VALUES ({PositionOf}, @Kind, @Target, @now) ON CONFLICT DO NOTHING",
                targets.Select(target => new { arGuid, target.Kind, target.Target, now }));
            return true;
        },
        cancellation);

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<DueNotification>> ListDueNotificationsAsync(string server, int limit, CancellationToken cancellation)
    {
        await using var connection = await _database.OpenReaderAsync(cancellation);
        var rows = await connection.QueryAsync<NotificationRow>(
            """
            SELECT n.*, i.ar_guid, i.finished_at FROM notifications n JOIN invocations i ON i.position = n.invocation
            WHERE n.due_at <= @now AND (i.claimed_by IS NULL OR i.claimed_by = @server) ORDER BY n.due_at, n.id LIMIT @limit
            """,
            new { server, limit, now = Now() });
        return [.. rows.Select(row => row.ToDue())];
    }

    /// <inheritdoc />
    public Task SetNotificationAsync(long id, string? problem, DateTimeOffset? dueAt, CancellationToken cancellation) => _writer.RunAsync(
        scope => scope.Connection.Execute(
            "UPDATE notifications SET attempts = attempts + 1, problem = @problem, due_at = @due, delivered_at = @delivered WHERE id = @id AND due_at IS NOT NULL",
            new { id, problem, due = Microseconds.From(dueAt), delivered = problem is null && dueAt is null ? Now() : (long?)null }),
        cancellation);

    /// <inheritdoc />
    public async ValueTask<WorkCounts> CountWorkAsync(CancellationToken cancellation)
    {
        await using var connection = await _database.OpenReaderAsync(cancellation);
        var states = (await connection.QueryAsync<(string State, long Count)>("SELECT state, count(*) FROM invocations WHERE finished_at IS NULL GROUP BY state"))
            .ToDictionary(row => row.State, row => row.Count);
        var (pending, ready, running) = await connection.QuerySingleAsync<(long, long, long)>(
            """
            SELECT CAST(coalesce(sum(b.pending), 0) AS BIGINT), CAST(coalesce(sum(b.ready), 0) AS BIGINT), CAST(coalesce(sum(b.running), 0) AS BIGINT)
            FROM invocations i JOIN batches b ON b.invocation = i.position WHERE i.finished_at IS NULL AND b.state = 'running'
            """);
        return new WorkCounts(
            states.GetValueOrDefault("accepted"), states.Where(state => state.Key != "accepted").Sum(state => state.Value), new JobCounts((int)pending, (int)ready, (int)running, 0, 0, 0));
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<NotificationSummary>> ListNotificationsAsync(string arGuid, CancellationToken cancellation)
    {
        await using var connection = await _database.OpenReaderAsync(cancellation);
        var rows = await connection.QueryAsync<NotificationRow>($"SELECT * FROM notifications WHERE invocation = {PositionOf} ORDER BY id", new { arGuid });
        return [.. rows.Select(row => row.ToSummary())];
    }
}
