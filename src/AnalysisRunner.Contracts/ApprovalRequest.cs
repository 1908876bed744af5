namespace AnalysisRunner.Contracts;

/// <summary>The body of <c>POST /api/v1/invocations/{guid}/approve</c>.</summary>
public sealed record ApprovalRequest
{
    /// <summary>The digest of what is approved (<see cref="Approval.Digest"/>). Required.</summary>
    public string? Digest { get; init; }
}
