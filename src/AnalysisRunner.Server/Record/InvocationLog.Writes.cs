using System.Globalization;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record.Databases;
using Dapper;

namespace AnalysisRunner.Server.Record;

public sealed partial class InvocationLog
{
    private const string InsertInvocation =
        """
        INSERT INTO invocations (
            ar_guid, dataset, access_level, namespace, description, output_prefix, output_path, submitted_by, submitted_at, repository,
            work_tree, commit_id, branch, working_directory, project, configuration, script, arguments, environment_names, config_path,
            config_sha256, client_name, client_version, image, resolved_image, cpu, memory, storage, preemptible, policy_version, identity, rerun_of, rerun_changes, storage_addresses, search_words,
            claimed_by, recorded_at, last_sequence, state)
        VALUES (
            @ArGuid, @Dataset, @AccessLevel, @Namespace, @Description, @OutputPrefix, @OutputPath, @SubmittedBy, @SubmittedAt, @Repository,
            @WorkTree, @CommitId, @Branch, @WorkingDirectory, @Project, @Configuration, @Script, @Arguments, @EnvironmentNames, @ConfigPath,
            @ConfigSha256, @ClientName, @ClientVersion, @Image, @ResolvedImage, @Cpu, @Memory, @Storage, @Preemptible, @PolicyVersion, @Identity, @RerunOf, @RerunChanges, @StorageAddresses, @SearchWords,
            @ClaimedBy, @RecordedAt, 1, @State)
        ON CONFLICT (ar_guid) DO NOTHING
        RETURNING position
        """;

    private const string LastRecordedAt = "SELECT coalesce(max(recorded_at), 0) FROM invocations;";

    // In one statement's text, because to PostgreSQL each statement is a journey.
    private const string InsertRequest =
        """
        INSERT INTO requests (invocation, json) VALUES (@position, @requestJson);
        INSERT INTO events (invocation, sequence, type, at, detail, caused_by) VALUES (@position, 1, 'state', @now, @state, @submittedBy);
        """;

    private const string InsertEnvironment = "INSERT INTO environments (invocation, sealed) VALUES (@position, @environment);";

    private const string InsertDocuments = "INSERT INTO run_documents (invocation, config, origins, script, trace) VALUES (@position, @config, @origins, @driverScript, @trace);";

    private const string InsertSubmission =
        """
        INSERT INTO submissions (submitted_by, idempotency_key, request_digest, invocation, recorded_at)
        VALUES (@submittedBy, @idempotencyKey, @requestDigest, @position, @now);
        """;

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

    private const string UpdateState = "UPDATE invocations SET state = @state, reason = @stateReason WHERE position = @position;";

    private const string UpdateFinalState =
        """
        UPDATE invocations SET state = @state, reason = @stateReason, finished_at = @at, final_sequence = last_sequence WHERE position = @position;
        DELETE FROM environments WHERE invocation = @position;
        DELETE FROM run_documents WHERE invocation = @position;
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
            AND (state <> @State OR coalesce(reason, '') <> coalesce(@Reason, '') OR pending <> @Pending OR ready <> @Ready OR running <> @Running
                OR succeeded <> @Succeeded OR failed <> @Failed OR cancelled <> @Cancelled)
        """;

    /// <inheritdoc />
    public Task<RecordResult> RecordAsync(NewInvocation invocation, CancellationToken cancellation)
    {
        var (what, idempotencyKey) = (invocation.Invocation, invocation.IdempotencyKey);
        var row = InvocationRow.From(what, invocation.Environment.Keys);
        row.ClaimedBy = invocation.ClaimedBy;
        row.StorageAddresses = invocation.StorageAddresses is { } addresses ? JsonSerializer.Serialize(addresses, RecordJson.Default.IReadOnlyDictionaryStringString) : null;
        var environment = invocation.Environment.Count == 0 ? null : _seal.Seal(what.ArGuid, invocation.Environment);
        var statements = InsertRequest
            + (environment is null ? "" : InsertEnvironment)
            + (invocation.Documents is null ? "" : InsertDocuments)
            + (idempotencyKey is null ? "" : InsertSubmission)
            + (invocation.Approval is null ? "" : InsertApproval);
        return _writer.RunAsync(
            scope =>
            {
                // One journey for both questions.
                using var before = scope.Connection.QueryMultiple(LastRecordedAt + Submission, new { submittedBy = what.SubmittedBy, idempotencyKey = idempotencyKey ?? "" });
                // The order of recording is told by a clock that never goes back: dates of the list are found by it.
                row.RecordedAt = Math.Max(Now(), before.ReadSingle<long>());
                if (before.ReadSingleOrDefault<RecordedSubmission>() is { } known)
                {
                    var outcome = known.RequestDigest == invocation.RequestDigest ? RecordOutcome.Existing : RecordOutcome.Conflicting;
                    return new RecordResult(outcome, known.ArGuid);
                }
                var position = scope.Connection.ExecuteScalar<long?>(InsertInvocation, row)
                    ?? throw new InvalidOperationException($"The invocation \"{what.ArGuid}\" is already recorded.");
                scope.Connection.Execute(
                    statements,
                    new
                    {
                        position,
                        requestJson = invocation.RequestJson,
                        now = row.RecordedAt,
                        state = row.State,
                        submittedBy = what.SubmittedBy,
                        environment,
                        config = invocation.Documents?.Config,
                        origins = invocation.Documents?.Origins,
                        driverScript = invocation.Documents?.Script,
                        trace = invocation.Documents?.Trace,
                        idempotencyKey,
                        requestDigest = invocation.RequestDigest,
                        approvalDigest = invocation.Approval?.Digest,
                        approvalDocument = invocation.Approval?.Document,
                        approvalExpiresAt = Microseconds.From(invocation.Approval?.ExpiresAt),
                        approvalDetail = $"waiting for approval: {invocation.Approval?.Digest}",
                    });
                scope.Changed.Add(what.ArGuid);
                return new RecordResult(RecordOutcome.Recorded, what.ArGuid);
            },
            cancellation);
    }

    /// <inheritdoc />
    public Task<StateChangeOutcome> ChangeStateAsync(string arGuid, StateChange change, CancellationToken cancellation) =>
        _writer.RunAsync(scope => ChangeState(scope, arGuid, change), cancellation);

    private StateChangeOutcome ChangeState(WriteScope scope, string arGuid, StateChange change)
    {
        if (Current(scope, arGuid) is not { } current) return StateChangeOutcome.Unknown;
        if (current.IsFinal || change.State <= InvocationRow.ParseState(current.State)) return StateChangeOutcome.Unchanged;
        var isFinal = change.State > InvocationState.Running;
        if (isFinal && current.HasRunningBatches) return StateChangeOutcome.BatchesRunning;

        var state = change.State.ToName();
        var by = change.By is null ? "" : $" by {change.By}";
        var reason = change.Reason is null ? "" : $": {change.Reason}";
        scope.Connection.Execute(
            InsertEvent + (isFinal ? UpdateFinalState : UpdateState),
            new
            {
                position = current.Position,
                type = "state",
                at = Now(),
                detail = $"{state}{by}{reason}",
                causedBy = change.By,
                state,
                stateReason = change.Reason,
            });
        scope.Changed.Add(arGuid);
        return StateChangeOutcome.Changed;
    }

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
    public Task<bool> TryClaimAsync(string arGuid, string server, TimeSpan? duration, CancellationToken cancellation) => ChangeAsync(
        arGuid,
        """
        UPDATE invocations SET claimed_by = @server, claimed_until = @until
        WHERE ar_guid = @arGuid AND finished_at IS NULL AND (claimed_by IS NULL OR claimed_by = @server OR claimed_until < @now)
        """,
        new { arGuid, server, now = Now(), until = Microseconds.From(_time.GetUtcNow() + duration) },
        detail: null,
        causedBy: null,
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
    public Task<bool> SetToolchainAsync(string arGuid, Toolchain toolchain, CancellationToken cancellation) => ChangeAsync(
        arGuid,
        "UPDATE invocations SET toolchain = @found WHERE ar_guid = @arGuid AND toolchain IS NULL",
        new { arGuid, found = JsonSerializer.Serialize(toolchain, RecordJson.Default.Toolchain) },
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
