using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Engines.Local;

/// <summary>The machine's cores and memory, and who is next. Guarded by the engine's lock.</summary>
internal sealed class Slots
{
    /// <summary>How many jobs may start before one that has waited longer but needs more room; then the room is kept for it.</summary>
    private const int MostOvertaken = 64;

    private readonly int _milliCpu;
    private readonly long _memory;
    private long _milliCpuFree;
    private long _memoryFree;
    private long _served;

    public Slots(int milliCpu, long memoryBytes)
    {
        _milliCpuFree = _milliCpu = milliCpu;
        _memoryFree = _memory = memoryBytes;
    }

    /// <summary>Why a job can never run here; null when it can.</summary>
    public Problem? Refuse(JobSpec job)
    {
        var asked = job.MilliCpu > _milliCpu ? $"{Cores(job.MilliCpu)} cores, and there are {Cores(_milliCpu)}"
            : job.MemoryBytes > _memory ? $"{Bytes(job.MemoryBytes)} of memory, and there are {Bytes(_memory)}"
            : null;
        return asked is null ? null : new Problem(EngineCodes.LargerThanCapacity, $"{BatchValidation.Name(job)} asks for {asked}; it could never start. Ask for less, or use a larger machine.", "jobs");
    }

    public void Occupy(LiveBatch batch, JobSpec job)
    {
        _milliCpuFree -= job.MilliCpu;
        _memoryFree -= job.MemoryBytes;
        batch.MilliCpuInUse += job.MilliCpu;
    }

    public void Release(LiveBatch batch, JobSpec job)
    {
        _milliCpuFree += job.MilliCpu;
        _memoryFree += job.MemoryBytes;
        batch.MilliCpuInUse -= job.MilliCpu;
    }

    /// <summary>
    /// The job to start now: of the batch that occupies least and was served longest ago, its oldest; null when there is none or no room.
    /// </summary>
    public (LiveBatch Batch, JobRun Job)? Next(IReadOnlyCollection<LiveBatch> batches)
    {
        LiveBatch? best = null, waiting = null;
        foreach (var batch in batches)
        {
            if (batch.Run?.PeekReady(withoutSlot: false) is not { } job) continue;
            if (job.Spec.MilliCpu > _milliCpuFree || job.Spec.MemoryBytes > _memoryFree)
            {
                if (waiting is null || batch.Overtaken > waiting.Overtaken) waiting = batch;
            }
            else if (best is null || (batch.MilliCpuInUse, batch.LastServed).CompareTo((best.MilliCpuInUse, best.LastServed)) < 0)
            {
                best = batch;
            }
        }
        if (best is null || waiting?.Overtaken >= MostOvertaken) return null;
        if (waiting is not null) waiting.Overtaken++;
        best.Overtaken = 0;
        best.LastServed = ++_served;
        return (best, best.Run!.PeekReady(withoutSlot: false)!);
    }

    private static string Cores(int milliCpu) => (milliCpu / 1000m).ToString("0.###", CultureInfo.InvariantCulture);

    private static string Bytes(long bytes) => (bytes / 1073741824m).ToString("0.###", CultureInfo.InvariantCulture) + " GiB";
}
