using System.Globalization;
using System.Text.Json;
using AnalysisRunner.Contracts;
using Dapper;

namespace AnalysisRunner.Server.Record;

public sealed partial class SqliteInvocationLog
{
    private const string InsertInvocation =
        """
        INSERT INTO invocations (
            ar_guid, dataset, access_level, namespace, description, output_prefix, output_path, submitted_by, submitted_at, repository,
            work_tree, commit_id, branch, working_directory, project, configuration, script, arguments, environment_names, config_path,
            config_sha256, client_name, client_version, state)
        VALUES (
            @ArGuid, @Dataset, @AccessLevel, @Namespace, @Description, @OutputPrefix, @OutputPath, @SubmittedBy, @SubmittedAt, @Repository,
            @WorkTree, @CommitId, @Branch, @WorkingDirectory, @Project, @Configuration, @Script, @Arguments, @EnvironmentNames, @ConfigPath,
            @ConfigSha256, @ClientName, @ClientVersion, @State)
        RETURNING position
        """;

    private const string InsertSubmission =
        """
        INSERT INTO submissions (submitted_by, idempotency_key, request_digest, invocation)
        VALUES (@SubmittedBy, @IdempotencyKey, @RequestDigest, @position)
        """;

    private const string SelectCurrent =
        """
        SELECT i.position, i.state, i.finished_at IS NOT NULL AS is_final,
            EXISTS (SELECT 1 FROM batches b WHERE b.invocation = i.position AND b.state = 'running') AS has_running_batches
        FROM invocations i WHERE i.ar_guid = @arGuid
        """;

    private const string NextSequence =
        "UPDATE invocations SET last_sequence = last_sequence + 1 WHERE position = @position RETURNING last_sequence";

    private const string InsertEvent =
        """
        INSERT INTO events (invocation, sequence, type, at, detail, caused_by) VALUES (@position, @sequence, @type, @at, @detail, @causedBy)
        """;

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
            AND (state <> @State OR reason IS NOT @Reason OR pending <> @Pending OR ready <> @Ready OR running <> @Running
                OR succeeded <> @Succeeded OR failed <> @Failed OR cancelled <> @Cancelled)
        """;

    /// <inheritdoc />
    public Task<RecordResult> RecordAsync(NewInvocation invocation, CancellationToken cancellation) => _writer.RunAsync(
        scope =>
        {
            var (what, key) = (invocation.Invocation, invocation.IdempotencyKey);
            if (key is not null && FindSubmission(scope.Connection, what.SubmittedBy, key) is { } found)
            {
                var outcome = found.RequestDigest == invocation.RequestDigest ? RecordOutcome.Existing : RecordOutcome.Conflicting;
                return new RecordResult(outcome, found.ArGuid);
            }
            if (Current(scope, what.ArGuid) is not null)
            {
                throw new InvalidOperationException($"The invocation \"{what.ArGuid}\" is already recorded.");
            }

            var position = scope.Connection.QuerySingle<long>(InsertInvocation, InvocationRow.From(what, invocation.Environment.Keys));
            scope.Connection.Execute(
                "INSERT INTO requests (invocation, json) VALUES (@position, @RequestJson)", new { position, invocation.RequestJson });
            if (invocation.Environment.Count > 0)
            {
                var json = JsonSerializer.Serialize(invocation.Environment, RecordJson.Default.IReadOnlyDictionaryStringString);
                scope.Connection.Execute("INSERT INTO environments (invocation, json) VALUES (@position, @json)", new { position, json });
            }
            if (key is not null)
            {
                scope.Connection.Execute(
                    InsertSubmission, new { what.SubmittedBy, invocation.IdempotencyKey, invocation.RequestDigest, position });
            }
            Append(scope, what.ArGuid, position, "state", InvocationState.Accepted.ToName(), what.SubmittedBy);
            return new RecordResult(RecordOutcome.Recorded, what.ArGuid);
        },
        cancellation);

    /// <inheritdoc />
    public Task<StateChangeOutcome> ChangeStateAsync(string arGuid, StateChange change, CancellationToken cancellation) => _writer.RunAsync(
        scope =>
        {
            if (Current(scope, arGuid) is not { } current) return StateChangeOutcome.Unknown;
            if (current.IsFinal || change.State <= InvocationRow.ParseState(current.State)) return StateChangeOutcome.Unchanged;
            var isFinal = change.State > InvocationState.Running;
            if (isFinal && current.HasRunningBatches) return StateChangeOutcome.BatchesRunning;

            var state = change.State.ToName();
            var by = change.By is null ? "" : $" by {change.By}";
            var reason = change.Reason is null ? "" : $": {change.Reason}";
            var sequence = Append(scope, arGuid, current.Position, "state", $"{state}{by}{reason}", change.By);
            scope.Connection.Execute(
                """
                UPDATE invocations SET state = @state, reason = @Reason, finished_at = @finishedAt, final_sequence = @finalSequence
                WHERE position = @Position
                """,
                new
                {
                    state,
                    change.Reason,
                    current.Position,
                    finishedAt = isFinal ? Now() : (long?)null,
                    finalSequence = isFinal ? sequence : (long?)null,
                });
            if (isFinal)
            {
                var cleared = scope.Connection.Execute("DELETE FROM environments WHERE invocation = @Position", new { current.Position });
                if (cleared > 0) scope.SecretsCleared = true;
            }
            return StateChangeOutcome.Changed;
        },
        cancellation);

    /// <inheritdoc />
    public Task<bool> RequestCancelAsync(string arGuid, string requestedBy, CancellationToken cancellation) => ChangeAsync(
        arGuid,
        """
        UPDATE invocations SET cancel_requested_by = @requestedBy, cancel_requested_at = @now
        WHERE ar_guid = @arGuid AND cancel_requested_by IS NULL AND finished_at IS NULL
        """,
        new { arGuid, requestedBy, now = Now() },
        $"cancellation requested by {requestedBy}",
        requestedBy,
        cancellation);

    /// <inheritdoc />
    public Task<bool> SetConfigSha256Async(string arGuid, string sha256, CancellationToken cancellation) => ChangeAsync(
        arGuid,
        "UPDATE invocations SET config_sha256 = @sha256 WHERE ar_guid = @arGuid AND config_sha256 IS NULL",
        new { arGuid, sha256 },
        detail: null,
        causedBy: null,
        cancellation);

    /// <inheritdoc />
    public Task<bool> SetDriverAsync(string arGuid, string engine, string handle, CancellationToken cancellation) => ChangeAsync(
        arGuid,
        "UPDATE invocations SET engine = @engine, driver_handle = @handle WHERE ar_guid = @arGuid AND driver_handle IS NULL",
        new { arGuid, engine, handle },
        detail: null,
        causedBy: null,
        cancellation);

    /// <inheritdoc />
    public Task<bool> SetDriverEndAsync(string arGuid, int? exitCode, string? reason, CancellationToken cancellation)
    {
        var exit = exitCode is { } code ? string.Create(CultureInfo.InvariantCulture, $"exit {code}") : "no exit code";
        return ChangeAsync(
            arGuid,
            """
            UPDATE invocations SET driver_ended_at = @now, exit_code = @exitCode, driver_reason = @reason
            WHERE ar_guid = @arGuid AND driver_ended_at IS NULL
            """,
            new { arGuid, exitCode, reason, now = Now() },
            $"driver ended: {exit}{(reason is null ? "" : $" ({reason})")}",
            causedBy: null,
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
                new { at = Now(), denial.DeniedTo, denial.Dataset, problems, denial.RequestJson }),
            cancellation);
    }

    private Task<bool> ChangeAsync(
        string arGuid, string update, object parameters, string? detail, string? causedBy,
        CancellationToken cancellation) => _writer.RunAsync(
        scope =>
        {
            if (scope.Connection.Execute(update, parameters) == 0) return false;
            if (detail is not null) Append(scope, arGuid, Current(scope, arGuid)!.Position, "state", detail, causedBy);
            return true;
        },
        cancellation);

    private long Append(WriteScope scope, string arGuid, long position, string type, string detail, string? causedBy)
    {
        var sequence = scope.Connection.QuerySingle<long>(NextSequence, new { position });
        scope.Connection.Execute(InsertEvent, new { position, sequence, type, at = Now(), detail, causedBy });
        scope.Changed.Add(arGuid);
        return sequence;
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
