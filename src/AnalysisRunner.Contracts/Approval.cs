namespace AnalysisRunner.Contracts;

/// <summary>The agreement that an invocation needs from a second member of its level before it starts.</summary>
/// <param name="Digest">
/// SHA-256 of exactly what is to run (<c>GET /api/v1/invocations/{guid}/approval</c>), lower-case hexadecimal: whoever approves says this.
/// </param>
/// <param name="ExpiresAt">When the invocation fails, unless it was approved before.</param>
/// <param name="ApprovedBy">Who approved it; null while it waits, and when nobody did.</param>
/// <param name="ApprovedAt">When they did.</param>
public sealed record Approval(string Digest, DateTimeOffset ExpiresAt, string? ApprovedBy = null, DateTimeOffset? ApprovedAt = null);
