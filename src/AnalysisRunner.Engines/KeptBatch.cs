namespace AnalysisRunner.Engines;

/// <summary>A batch that has ended and whose files are kept.</summary>
/// <param name="Key">Its key.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="ScratchBytes">What is there of the folders that only its jobs needed; 0 where that was not measured.</param>
/// <param name="RecordBytes">What its spec, journal and logs have; 0 where that was not measured.</param>
public sealed record KeptBatch(string Key, DateTimeOffset EndedAt, long ScratchBytes, long RecordBytes);
