namespace AnalysisRunner.Engines.Local.Processes;

/// <summary>What a process and everything that it started and waited for used.</summary>
/// <param name="CpuMilliseconds">User and system time together.</param>
/// <param name="PeakMemoryBytes">The most memory that one of the processes had; null where that is not known.</param>
internal sealed record ProcessUsage(long CpuMilliseconds, long? PeakMemoryBytes)
{
    /// <summary>What is known of both, of which each may have missed something.</summary>
    public static ProcessUsage? Most(ProcessUsage? one, ProcessUsage? other) => one is null || other is null
        ? one ?? other
        : new(Math.Max(one.CpuMilliseconds, other.CpuMilliseconds), one.PeakMemoryBytes is { } peak ? Math.Max(peak, other.PeakMemoryBytes ?? 0) : other.PeakMemoryBytes);
}
