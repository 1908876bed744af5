using AnalysisRunner.Contracts;
using Dapper;

namespace AnalysisRunner.Server.Record;

public sealed partial class InvocationLog
{
    private const string SelectApproval =
        """
        SELECT i.position, i.submitted_by, i.finished_at IS NOT NULL OR i.cancel_requested_by IS NOT NULL AS is_over, a.digest, a.expires_at, a.approved_by
        FROM invocations i LEFT JOIN approvals a ON a.invocation = i.position WHERE i.ar_guid = @arGuid
        """;

    /// <inheritdoc />
    public Task<ApprovalOutcome> ApproveAsync(string arGuid, string digest, string approvedBy, CancellationToken cancellation) => _writer.RunAsync(
        scope =>
        {
            if (scope.Connection.QuerySingleOrDefault<WaitingRow>(SelectApproval, new { arGuid }) is not { } waiting) return ApprovalOutcome.Unknown;
            if (waiting.Digest is null || waiting.IsOver || waiting.ApprovedBy is not null) return ApprovalOutcome.NotWaiting;
            if (string.Equals(waiting.SubmittedBy, approvedBy, StringComparison.OrdinalIgnoreCase)) return ApprovalOutcome.Own;
            if (waiting.Digest != digest) return ApprovalOutcome.OtherDigest;
            var now = Now();
            if (waiting.ExpiresAt <= now) return ApprovalOutcome.Expired;
            scope.Connection.Execute(
                "UPDATE approvals SET approved_by = @approvedBy, approved_at = @now WHERE invocation = @Position", new { approvedBy, now, waiting.Position });
            Append(scope, arGuid, waiting.Position, "state", $"approved by {approvedBy}: {digest}", approvedBy);
            return ApprovalOutcome.Approved;
        },
        cancellation);

    /// <inheritdoc />
    public Task<bool> ExpireApprovalAsync(string arGuid, CancellationToken cancellation) => _writer.RunAsync(
        scope =>
        {
            var waiting = scope.Connection.QuerySingleOrDefault<WaitingRow>(SelectApproval, new { arGuid });
            if (waiting is not { Digest: not null, ApprovedBy: null } || waiting.ExpiresAt > Now()) return false;
            if (scope.Execute(Changing(arGuid, new StateChange(InvocationState.Failed, "Nobody approved it in time.")))[0] == 0) return false;
            scope.Changed.Add(arGuid);
            return true;
        },
        cancellation);

    /// <inheritdoc />
    public async ValueTask<string?> GetApprovalDocumentAsync(string arGuid, CancellationToken cancellation)
    {
        await using var connection = await _database.OpenReaderAsync(cancellation);
        return await connection.ExecuteScalarAsync<string?>(
            "SELECT a.document FROM approvals a JOIN invocations i ON i.position = a.invocation WHERE i.ar_guid = @arGuid", new { arGuid });
    }

    private sealed class WaitingRow
    {
        public long Position { get; init; }
        public string SubmittedBy { get; init; } = "";
        public bool IsOver { get; init; }
        public string? Digest { get; init; }
        public long? ExpiresAt { get; init; }
        public string? ApprovedBy { get; init; }
    }
}
