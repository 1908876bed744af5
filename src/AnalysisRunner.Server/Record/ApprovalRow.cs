using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Record;

/// <summary>A row of <c>approvals</c>, without its document.</summary>
internal sealed class ApprovalRow
{
    public const string Columns = "invocation, digest, expires_at, approved_by, approved_at";

    public long Invocation { get; init; }
    public string Digest { get; init; } = "";
    public long ExpiresAt { get; init; }
    public string? ApprovedBy { get; init; }
    public long? ApprovedAt { get; init; }

    public Approval ToApproval() => new(Digest, Microseconds.ToMoment(ExpiresAt), ApprovedBy, Microseconds.ToMoment(ApprovedAt));
}
