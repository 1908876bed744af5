namespace AnalysisRunner.Engines.Local.Processes;

/// <summary>What a process and everything that it started and waited for used.</summary>
/// <param name="CpuMilliseconds">User and system time together.</param>
/// <param name="PeakMemoryBytes">The most memory that one of the processes had; null where that is not known.</param>
internal readonly record struct ProcessUsage(long CpuMilliseconds, long? PeakMemoryBytes);
