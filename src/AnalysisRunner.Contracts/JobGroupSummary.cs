namespace AnalysisRunner.Contracts;

/// <summary>A group of jobs in one line; what its groups hold counts too.</summary>
/// <param name="Id">One-based position in the batch.</param>
/// <param name="Name">The name shown to people.</param>
/// <param name="State">Where it is.</param>
/// <param name="Jobs">How many jobs are where.</param>
/// <param name="Reason">Why it was cancelled.</param>
public sealed record JobGroupSummary(int Id, string Name, BatchState State, JobCounts Jobs, string? Reason = null);
