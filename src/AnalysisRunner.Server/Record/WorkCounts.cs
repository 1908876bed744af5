using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Record;

/// <summary>What has not ended.</summary>
/// <param name="Accepted">Invocations whose driver has not started.</param>
/// <param name="Running">Invocations that run.</param>
/// <param name="Jobs">The jobs of their batches that have not ended, drivers not among them.</param>
public sealed record WorkCounts(long Accepted, long Running, JobCounts Jobs);
