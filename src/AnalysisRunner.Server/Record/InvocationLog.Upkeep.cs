using Dapper;

namespace AnalysisRunner.Server.Record;

public sealed partial class InvocationLog
{
    /// <inheritdoc />
    public async ValueTask<DateTimeOffset?> FindLastRecordedAsync(CancellationToken cancellation)
    {
        await using var connection = await _database.OpenReaderAsync(cancellation);
        return Microseconds.ToMoment(await connection.ExecuteScalarAsync<long?>("SELECT max(recorded_at) FROM invocations"));
    }

    /// <inheritdoc />
    public async ValueTask<int> CountUnfinishedAsync(string submittedBy, int limit, CancellationToken cancellation)
    {
        await using var connection = await _database.OpenReaderAsync(cancellation);
        return (int)await connection.ExecuteScalarAsync<long>(
            "SELECT count(*) FROM (SELECT 1 FROM invocations WHERE submitted_by = @submittedBy AND finished_at IS NULL LIMIT @limit) AS few",
            new { submittedBy, limit });
    }
}
