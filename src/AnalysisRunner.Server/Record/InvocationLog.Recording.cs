using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AnalysisRunner.Server.Record.Databases;

namespace AnalysisRunner.Server.Record;

public sealed partial class InvocationLog
{
    // What is known of an invocation when it is recorded; the first is what the other statements find it by.
    private static readonly (string Column, Func<InvocationRow, SqlValue> Value)[] RecordedColumns =
    [
        ("ar_guid", row => row.ArGuid),
        ("dataset", row => row.Dataset),
        ("access_level", row => row.AccessLevel),
        ("namespace", row => row.Namespace),
        ("description", row => row.Description),
        ("output_prefix", row => row.OutputPrefix),
        ("output_path", row => row.OutputPath),
        ("submitted_by", row => row.SubmittedBy),
        ("submitted_at", row => row.SubmittedAt),
        ("repository", row => row.Repository),
        ("work_tree", row => row.WorkTree),
        ("commit_id", row => row.CommitId),
        ("branch", row => row.Branch),
        ("working_directory", row => row.WorkingDirectory),
        ("project", row => row.Project),
        ("configuration", row => row.Configuration),
        ("script", row => row.Script),
        ("arguments", row => row.Arguments),
        ("environment_names", row => row.EnvironmentNames),
        ("config_path", row => row.ConfigPath),
        ("config_sha256", row => row.ConfigSha256),
        ("client_name", row => row.ClientName),
        ("client_version", row => row.ClientVersion),
        ("image", row => row.Image),
        ("resolved_image", row => row.ResolvedImage),
        ("cpu", row => row.Cpu),
        ("memory", row => row.Memory),
        ("storage", row => row.Storage),
        ("preemptible", row => row.Preemptible),
        ("policy_version", row => row.PolicyVersion),
        ("identity", row => row.Identity),
        ("rerun_of", row => row.RerunOf),
        ("rerun_changes", row => row.RerunChanges),
        ("storage_addresses", row => row.StorageAddresses),
        ("search_words", row => row.SearchWords),
        ("claimed_by", row => row.ClaimedBy),
        ("state", row => row.State),
    ];

    // The order of recording is told by a clock that never goes back: dates of the list are found by it. A key that is known records nothing, so that the
    // statements behind this one find nothing either.
    private static readonly string InsertInvocation =
        $"""
        INSERT INTO invocations ({string.Join(", ", RecordedColumns.Select(column => column.Column))}, last_sequence, recorded_at)
        SELECT {string.Join(", ", Enumerable.Range(1, RecordedColumns.Length).Select(Parameter))}, {Parameter(RecordedColumns.Length + 1)},
            CASE WHEN {Parameter(RecordedColumns.Length + 2)} > latest.at THEN {Parameter(RecordedColumns.Length + 2)} ELSE latest.at END
        FROM (SELECT coalesce(max(recorded_at), 0) AS at FROM invocations) latest
        WHERE NOT EXISTS (
            SELECT 1 FROM submissions s
            WHERE s.submitted_by = {Parameter(RecordedColumns.Length + 3)} AND s.idempotency_key = {Parameter(RecordedColumns.Length + 4)})
        ON CONFLICT (ar_guid) DO NOTHING
        """;

    private const string InsertRequest = "INSERT INTO requests (invocation, json) SELECT i.position, ? FROM {changed} i";

    private const string InsertEnvironment = "INSERT INTO environments (invocation, sealed) SELECT i.position, ? FROM {changed} i";

    private const string InsertDocuments = "INSERT INTO run_documents (invocation, config, origins, script, trace) SELECT i.position, ?, ?, ?, ? FROM {changed} i";

    private const string InsertSubmission =
        """
        INSERT INTO submissions (submitted_by, idempotency_key, request_digest, invocation, recorded_at)
        SELECT ?, ?, ?, i.position, i.recorded_at FROM {changed} i
        """;

    private const string InsertApproval = "INSERT INTO approvals (invocation, digest, document, expires_at) SELECT i.position, ?, ?, ? FROM {changed} i";

    private const string InsertFirstEvent =
        "INSERT INTO events (invocation, sequence, type, at, detail, caused_by) SELECT i.position, 1, 'state', i.recorded_at, ?, ? FROM {changed} i";

    private const string InsertApprovalEvent =
        "INSERT INTO events (invocation, sequence, type, at, detail) SELECT i.position, 2, 'state', i.recorded_at, ? FROM {changed} i";

    /// <inheritdoc />
    public async Task<RecordResult> RecordAsync(NewInvocation invocation, CancellationToken cancellation)
    {
        var (arGuid, user) = (invocation.Invocation.ArGuid, invocation.Invocation.SubmittedBy);
        if (await _writer.RunAsync(Recording(invocation), arGuid, cancellation)) return new RecordResult(RecordOutcome.Recorded, arGuid);
        if (invocation.IdempotencyKey is { } key && await FindSubmissionAsync(user, key, CancellationToken.None) is { } known)
        {
            return new RecordResult(known.RequestDigest == invocation.RequestDigest ? RecordOutcome.Existing : RecordOutcome.Conflicting, known.ArGuid);
        }
        throw new InvalidOperationException($"The invocation \"{arGuid}\" is already recorded.");
    }

    private IReadOnlyList<Statement> Recording(NewInvocation invocation)
    {
        var (what, key, approval) = (invocation.Invocation, invocation.IdempotencyKey, invocation.Approval);
        var row = InvocationRow.From(what, invocation.Environment.Keys);
        row.ClaimedBy = invocation.ClaimedBy;
        row.StorageAddresses = invocation.StorageAddresses is { } addresses ? JsonSerializer.Serialize(addresses, RecordJson.Default.IReadOnlyDictionaryStringString) : null;
        row.ConfigSha256 ??= invocation.Documents is { } composed ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(composed.Config))) : null;
        var inserted = Inserting(row, lastSequence: approval is null ? 1 : 2, Now(), key);
        var others = new List<Consequence> { new(InsertRequest, invocation.RequestJson) };
        if (invocation.Environment.Count > 0) others.Add(new(InsertEnvironment, _seal.Seal(what.ArGuid, invocation.Environment)));
        if (invocation.Documents is { } documents) others.Add(new(InsertDocuments, documents.Config, documents.Origins, documents.Script, documents.Trace));
        if (key is not null) others.Add(new(InsertSubmission, what.SubmittedBy, key, invocation.RequestDigest));
        if (approval is not null) others.Add(new(InsertApproval, approval.Digest, approval.Document, Microseconds.From(approval.ExpiresAt)));
        others.Add(new(InsertFirstEvent, row.State, what.SubmittedBy));
        if (approval is not null) others.Add(new(InsertApprovalEvent, $"waiting for approval: {approval.Digest}"));
        return _database.Follow(what.ArGuid, inserted, others);
    }

    /// <summary>Records an invocation at a moment, or at that of the last one where that is later; not where its user has used the key before.</summary>
    private static Statement Inserting(InvocationRow row, long lastSequence, long at, string? key) =>
        new(InsertInvocation, [.. RecordedColumns.Select(column => column.Value(row)), lastSequence, at, row.SubmittedBy, key]);

    private static string Parameter(int number) => string.Create(CultureInfo.InvariantCulture, $"${number}");
}
