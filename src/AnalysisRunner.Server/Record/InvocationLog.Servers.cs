using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record.Databases;
using Dapper;

namespace AnalysisRunner.Server.Record;

public sealed partial class InvocationLog
{
    // Each group is a transaction, beside which nobody writes.
    private const int LostAtOnce = 100;

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<ServerWork>> ListServersAsync(CancellationToken cancellation)
    {
        await using var connection = await _database.OpenReaderAsync(cancellation);
        var rows = (await connection.QueryAsync<(string Name, long Unfinished, long Oldest)>(
            """
            SELECT claimed_by, count(*), min(recorded_at) FROM invocations
            WHERE finished_at IS NULL AND claimed_by IS NOT NULL GROUP BY claimed_by ORDER BY claimed_by
            """)).ToList();
        return [.. rows.Select(row => new ServerWork(row.Name, row.Unfinished, Microseconds.ToMoment(row.Oldest), _database.IsConnected(connection, row.Name)))];
    }

    /// <inheritdoc />
    public async Task<int?> DeclareLostAsync(string server, string heir, string by, CancellationToken cancellation)
    {
        for (var ended = 0; ;)
        {
            var group = await _writer.RunAsync(scope => EndLost(scope, server, heir, by), cancellation);
            if (group is null) return ended > 0 ? ended : null;
            if (group == 0) return ended;
            ended += group.Value;
        }
    }

    private int? EndLost(WriteScope scope, string server, string heir, string by)
    {
        if (_database.IsConnected(scope.Connection, server)) return null;
        var lost = scope.Connection.Query<string>(
            "SELECT ar_guid FROM invocations WHERE finished_at IS NULL AND claimed_by = @server ORDER BY position LIMIT @LostAtOnce", new { server, LostAtOnce }).ToList();
        foreach (var arGuid in lost) EndOneLost(scope, arGuid, server, by);
        // Who has to tell of ends is who has claimed them; a lost server tells nobody.
        scope.Connection.Execute(
            """
            UPDATE invocations SET claimed_by = @heir WHERE finished_at IS NOT NULL AND announced_at IS NULL AND claimed_by = @server;
            UPDATE invocations SET claimed_by = @heir WHERE position IN (SELECT invocation FROM notifications WHERE due_at IS NOT NULL) AND claimed_by = @server;
            """,
            new { server, heir });
        return lost.Count;
    }

    private void EndOneLost(WriteScope scope, string arGuid, string server, string by)
    {
        var current = Current(scope, arGuid)!;
        var running = scope.Connection.Query<BatchRow>("SELECT * FROM batches WHERE invocation = @Position AND state = 'running'", new { current.Position }).Select(row => row.ToSummary()).ToList();
        foreach (var batch in running)
        {
            var gone = batch with { State = BatchState.Failed, FinishedAt = _time.GetUtcNow(), Reason = "The server that ran it was declared lost." };
            scope.Connection.Execute(UpdateRunningBatch, BatchRow.From(current.Position, gone));
            Append(scope, arGuid, current.Position, "batch", Describe(gone), by);
        }
        // What is known of its outputs stays, and why there is no more: without the list of what lay there before, nobody can say what of it is the run's.
        if (!scope.Connection.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM approvals WHERE invocation = @Position AND approved_by IS NULL)", new { current.Position }))
        {
            scope.Execute(Completing(
                arGuid, $"The outputs are not listed, or not to the end: only the server '{server}', which was declared lost, knew what lay under the output prefix before. What the run made is where it put it."));
        }
        scope.Execute(Changing(arGuid, new StateChange(InvocationState.Failed, $"The server '{server}', which ran it, was declared lost; how far it came is not known.", by)));
        scope.Changed.Add(arGuid);
    }
}
