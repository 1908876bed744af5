using System.Globalization;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record.Databases;
using Dapper;

namespace AnalysisRunner.Server.Record;

public sealed partial class InvocationLog
{
    private const string SelectCurrent =
        """
        SELECT i.position, i.state, i.finished_at IS NOT NULL AS is_final,
            EXISTS (SELECT 1 FROM batches b WHERE b.invocation = i.position AND b.state = 'running') AS has_running_batches
        FROM invocations i WHERE i.ar_guid = @arGuid
        """;

    private const string InsertEvent =
        """
        UPDATE invocations SET last_sequence = last_sequence + 1 WHERE position = @position;
        INSERT INTO events (invocation, sequence, type, at, detail, caused_by)
            SELECT position, last_sequence, @type, @at, @detail, @causedBy FROM invocations WHERE position = @position;
        """;

    private const string InsertCountedEvent =
        "INSERT INTO events (invocation, sequence, type, at, detail, caused_by) SELECT i.position, i.last_sequence, 'state', ?, ?, ? FROM {changed} i";

    private const string UpdateState = "UPDATE invocations SET state = $2, reason = $3, last_sequence = last_sequence + 1 WHERE ar_guid = $1 AND state = 'accepted'";

    private const string UpdateFinalState =
        """
        UPDATE invocations SET state = $2, reason = $3, finished_at = $4, last_sequence = last_sequence + 1, final_sequence = last_sequence + 1,
            announced_at = CASE WHEN $5 = 0 THEN $4 ELSE announced_at END, outputs_listed_at = coalesce(outputs_listed_at, $6),
            output_count = CASE WHEN $6 IS NULL THEN output_count ELSE coalesce(output_count, 0) END,
            output_bytes = CASE WHEN $6 IS NULL THEN output_bytes ELSE coalesce(output_bytes, 0) END
        WHERE ar_guid = $1 AND finished_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM batches b WHERE b.invocation = invocations.position AND b.state = 'running')
        """;

    private const string DeleteEnvironment = "DELETE FROM environments WHERE invocation IN (SELECT i.position FROM {changed} i)";

    private const string DeleteOutputs = "DELETE FROM outputs WHERE invocation IN (SELECT i.position FROM {changed} i)";

    private const string DeleteDocuments = "DELETE FROM run_documents WHERE invocation IN (SELECT i.position FROM {changed} i)";

    private const string InsertBatch =
        """
        INSERT INTO batches (
            key, invocation, name, state, reason, submitted_at, finished_at, pending, ready, running, succeeded, failed, cancelled)
        VALUES (
            @Key, @Invocation, @Name, @State, @Reason, @SubmittedAt, @FinishedAt, @Pending, @Ready, @Running, @Succeeded, @Failed,
            @Cancelled)
        """;

    private const string UpdateRunningBatch =
        """
        UPDATE batches SET state = @State, reason = @Reason, finished_at = @FinishedAt, pending = @Pending, ready = @Ready,
            running = @Running, succeeded = @Succeeded, failed = @Failed, cancelled = @Cancelled
        WHERE key = @Key AND state = 'running'
            AND (state <> @State OR coalesce(reason, '') <> coalesce(@Reason, '') OR pending <> @Pending OR ready <> @Ready OR running <> @Running
                OR succeeded <> @Succeeded OR failed <> @Failed OR cancelled <> @Cancelled)
        """;

    /// <inheritdoc />
    public async Task<StateChangeOutcome> ChangeStateAsync(string arGuid, StateChange change, CancellationToken cancellation)
    {
        if (change.State > InvocationState.Accepted && await _writer.RunAsync(Changing(arGuid, change), arGuid, cancellation)) return StateChangeOutcome.Changed;
        await using var connection = await _database.OpenReaderAsync(CancellationToken.None);
        if (await connection.QuerySingleOrDefaultAsync<CurrentRow>(SelectCurrent, new { arGuid }) is not { } current) return StateChangeOutcome.Unknown;
        return current.IsFinal || change.State <= InvocationRow.ParseState(current.State) ? StateChangeOutcome.Unchanged : StateChangeOutcome.BatchesRunning;
    }

    private IReadOnlyList<Statement> Changing(string arGuid, StateChange change)
    {
        var (state, now) = (change.State.ToName(), Now());
        var by = change.By is null ? "" : $" by {change.By}";
        var reason = change.Reason is null ? "" : $": {change.Reason}";
        var appended = new Consequence(InsertCountedEvent, now, $"{state}{by}{reason}", change.By);
        if (change.State == InvocationState.Running) return _database.Follow(arGuid, new(UpdateState, arGuid, state, change.Reason), [appended]);
        var ended = new Statement(UpdateFinalState, arGuid, state, change.Reason, now, change.IsToBeTold ? 1L : 0L, change.HasNoOutputs ? now : (long?)null);
        return _database.Follow(arGuid, ended, [new(DeleteEnvironment), new(DeleteDocuments), .. change.HasNoOutputs ? [new Consequence(DeleteOutputs)] : Array.Empty<Consequence>(), appended]);
    }

    /// <inheritdoc />
    public Task<bool> RequestCancelAsync(string arGuid, string requestedBy, CancellationToken cancellation) => _writer.RunAsync(
        _database.Follow(
            arGuid,
            new(
                """
                UPDATE invocations SET cancel_requested_by = $2, cancel_requested_at = $3, last_sequence = last_sequence + 1
                WHERE ar_guid = $1 AND cancel_requested_by IS NULL AND finished_at IS NULL
                """,
                arGuid, requestedBy, Now()),
            [new(InsertCountedEvent, Now(), $"cancellation requested by {requestedBy}", requestedBy)]),
        arGuid,
        cancellation);

    /// <inheritdoc />
    public Task<bool> TryClaimAsync(string arGuid, string server, TimeSpan? duration, CancellationToken cancellation) => _writer.RunAsync(
        [
            new(
                """
                UPDATE invocations SET claimed_by = $2, claimed_until = $3
                WHERE ar_guid = $1 AND finished_at IS NULL AND (claimed_by IS NULL OR claimed_by = $2 OR claimed_until < $4)
                """,
                arGuid, server, Microseconds.From(_time.GetUtcNow() + duration), Now()),
        ],
        arGuid: null,
        cancellation);

    /// <inheritdoc />
    public Task<bool> SetConfigSha256Async(string arGuid, string sha256, CancellationToken cancellation) => _writer.RunAsync(
        [new("UPDATE invocations SET config_sha256 = $2 WHERE ar_guid = $1 AND config_sha256 IS NULL", arGuid, sha256)], arGuid: null, cancellation);

    /// <inheritdoc />
    public Task<bool> SetToolchainAsync(string arGuid, Toolchain toolchain, CancellationToken cancellation) => _writer.RunAsync(
        [
            new(
                "UPDATE invocations SET toolchain = $2 WHERE ar_guid = $1 AND toolchain IS NULL",
                arGuid, JsonSerializer.Serialize(toolchain, RecordJson.Default.Toolchain)),
        ],
        arGuid: null,
        cancellation);

    /// <inheritdoc />
    public Task<bool> SetDriverAsync(string arGuid, string engine, string handle, CancellationToken cancellation) => _writer.RunAsync(
        [new("UPDATE invocations SET engine = $2, driver_handle = $3 WHERE ar_guid = $1 AND driver_handle IS NULL", arGuid, engine, handle)],
        arGuid: null,
        cancellation);

    /// <inheritdoc />
    public Task<bool> SetDriverEndAsync(string arGuid, int? exitCode, string? reason, CancellationToken cancellation)
    {
        var exit = exitCode is { } code ? string.Create(CultureInfo.InvariantCulture, $"exit {code}") : "no exit code";
        return _writer.RunAsync(
            _database.Follow(
                arGuid,
                new(
                    """
                    UPDATE invocations SET driver_ended_at = $2, exit_code = $3, driver_reason = $4, last_sequence = last_sequence + 1
                    WHERE ar_guid = $1 AND driver_ended_at IS NULL
                    """,
                    arGuid, Now(), exitCode, reason),
                [new(InsertCountedEvent, Now(), $"driver ended: {exit}{(reason is null ? "" : $" ({reason})")}", (string?)null)]),
            arGuid,
            cancellation);
    }

    /// <inheritdoc />
    public Task<bool> SetStepAsync(string arGuid, InvocationStep step, CancellationToken cancellation) => _writer.RunAsync(
        scope =>
        {
            if (Current(scope, arGuid) is not { } current) return false;
            var changed = scope.Connection.Execute(
                """
                INSERT INTO steps (invocation, name, started_at, finished_at, exit_code)
                VALUES (@Position, @Name, @startedAt, @finishedAt, @ExitCode)
                ON CONFLICT (invocation, name) DO UPDATE SET finished_at = excluded.finished_at, exit_code = excluded.exit_code
                WHERE steps.finished_at IS NULL AND excluded.finished_at IS NOT NULL
                """,
                new
                {
                    current.Position,
                    step.Name,
                    step.ExitCode,
                    startedAt = Microseconds.From(step.StartedAt),
                    finishedAt = Microseconds.From(step.FinishedAt),
                });
            if (changed == 0) return false;
            var exit = step.ExitCode is { } code
                ? string.Create(CultureInfo.InvariantCulture, $"exit {code}")
                : "ended without an exit code";
            Append(scope, arGuid, current.Position, "step", $"{step.Name}: {(step.FinishedAt is null ? "started" : exit)}", causedBy: null);
            return true;
        },
        cancellation);

    /// <inheritdoc />
    public Task<BatchAdmission> AddBatchAsync(string arGuid, BatchSummary batch, CancellationToken cancellation) => _writer.RunAsync(
        scope =>
        {
            if (Current(scope, arGuid) is not { } current) return BatchAdmission.Unknown;
            if (scope.Connection.ExecuteScalar<string?>(InvocationOfBatch, new { key = batch.Key }) is { } owner)
            {
                return owner == arGuid ? BatchAdmission.Known : BatchAdmission.KeyTaken;
            }
            if (current.IsFinal) return BatchAdmission.InvocationEnded;
            scope.Connection.Execute(InsertBatch, BatchRow.From(current.Position, batch));
            Append(scope, arGuid, current.Position, "batch", Describe(batch), causedBy: null);
            return BatchAdmission.Added;
        },
        cancellation);

    /// <inheritdoc />
    public Task NoteImagesAsync(string arGuid, string batch, IReadOnlyList<(string Image, string Resolved)> found, CancellationToken cancellation) => _writer.RunAsync(
        scope =>
        {
            // Nothing comes after the event of the end.
            if (Current(scope, arGuid) is not { IsFinal: false } current) return false;
            foreach (var (image, resolved) in found) Append(scope, arGuid, current.Position, "batch", $"{batch}: {image} is {resolved}", causedBy: null);
            return true;
        },
        cancellation);

    /// <inheritdoc />
    public Task<bool> UpdateBatchAsync(BatchSummary batch, CancellationToken cancellation) => _writer.RunAsync(
        scope =>
        {
            if (scope.Connection.ExecuteScalar<string?>(InvocationOfBatch, new { key = batch.Key }) is not { } arGuid) return false;
            var current = Current(scope, arGuid)!;
            if (scope.Connection.Execute(UpdateRunningBatch, BatchRow.From(current.Position, batch)) == 0) return false;
            if (batch.State != BatchState.Running) Append(scope, arGuid, current.Position, "batch", Describe(batch), causedBy: null);
            return true;
        },
        cancellation);

    /// <inheritdoc />
    public Task<long> RecordDenialAsync(NewDenial denial, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfZero(denial.Problems.Count);
        var problems = JsonSerializer.Serialize(denial.Problems, RecordJson.Default.IReadOnlyListProblem);
        return _writer.RunAsync(
            scope => scope.Connection.QuerySingle<long>(
                """
                INSERT INTO denials (at, denied_to, dataset, problems, request) VALUES (@at, @DeniedTo, @Dataset, @problems, @RequestJson)
                RETURNING id
                """,
                new
                {
                    at = Now(),
                    denial.DeniedTo,
                    // As it was written, well formed or not; but PostgreSQL has no text with a NUL.
                    Dataset = denial.Dataset?.Replace('\0', '\uFFFD'),
                    problems,
                    denial.RequestJson,
                }),
            cancellation);
    }

    /// <inheritdoc />
    public Task<int> ForgetAsync(DateTimeOffset before, CancellationToken cancellation) => _writer.RunAsync(
        scope => scope.Connection.Execute(
            """
            DELETE FROM denials WHERE at < @moment;
            DELETE FROM submissions WHERE recorded_at < @moment
                AND (SELECT i.finished_at FROM invocations i WHERE i.position = submissions.invocation) IS NOT NULL;
            """,
            new { moment = Microseconds.From(before) }),
        cancellation);

    private void Append(WriteScope scope, string arGuid, long position, string type, string detail, string? causedBy)
    {
        scope.Connection.Execute(InsertEvent, new { position, type, at = Now(), detail, causedBy });
        scope.Changed.Add(arGuid);
    }

    private static CurrentRow? Current(WriteScope scope, string arGuid) =>
        scope.Connection.QuerySingleOrDefault<CurrentRow>(SelectCurrent, new { arGuid });

    private static string Describe(BatchSummary batch)
    {
        var reason = batch.Reason is null ? "" : $": {batch.Reason}";
        return string.Create(
            CultureInfo.InvariantCulture, $"{batch.Name} ({batch.Jobs.Total} jobs): {batch.State.ToName()}{reason}");
    }

    private long Now() => Microseconds.From(_time.GetUtcNow());

    private sealed class CurrentRow
    {
        public long Position { get; init; }
        public string State { get; init; } = "";
        public bool IsFinal { get; init; }
        public bool HasRunningBatches { get; init; }
    }
}
