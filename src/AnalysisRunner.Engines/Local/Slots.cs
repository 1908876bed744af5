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
    private readonly List<ReadyQueue> _waiting = [];
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

    /// <summary>Whether a job waits for room. One without cores never does: it waits for others, and the room that it held could be the one that they wait for.</summary>
    public static bool Needs(JobSpec job) => job.MilliCpu > 0;

    public void Occupy(LiveBatch batch, JobSpec job) => Move(batch, job, 1);

    public void Release(LiveBatch batch, JobSpec job) => Move(batch, job, -1);

    /// <summary>
    /// The job to start now: of the batch that occupies the smallest share of the machine and was served longest ago, the one for which most others wait
    /// of those that fit; null when there is none or no room.
    /// </summary>
    public (LiveBatch Batch, JobRun Job)? Next(IReadOnlyCollection<LiveBatch> batches)
    {
        LiveBatch? best = null;
        JobRun? bestJob = null;
        ReadyQueue? bestQueue = null;
        _waiting.Clear();
        foreach (var batch in batches)
        {
            if (batch.Run is not { } run) continue;
            var isBetter = best is null || (Share(batch), batch.LastServed).CompareTo((Share(best), best.LastServed)) < 0;
            (int Unblocks, long Order) first = default;
            foreach (var queue in run.Ready.Queues)
            {
                if (!queue.TryPeek(out var job, out var priority)) continue;
                if (job!.Spec.MilliCpu > _milliCpuFree || job.Spec.MemoryBytes > _memoryFree)
                {
                    if (queue.Overtaken >= MostOvertaken) return null;
                    _waiting.Add(queue);
                }
                else if (isBetter && (best != batch || priority.Unblocks > first.Unblocks || (priority.Unblocks == first.Unblocks && priority.Order < first.Order)))
                {
                    (best, bestJob, bestQueue, first) = (batch, job, queue, priority);
                }
            }
        }
        if (best is null) return null;
        foreach (var queue in _waiting) queue.Overtaken++;
        bestQueue!.Overtaken = 0;
        best.LastServed = ++_served;
        return (best, bestJob!);
    }

    /// <summary>The part of the machine that a batch occupies, by what it occupies most of.</summary>
    private double Share(LiveBatch batch) => Math.Max((double)batch.MilliCpuInUse / _milliCpu, (double)batch.MemoryInUse / _memory);

    private void Move(LiveBatch batch, JobSpec job, int sign)
    {
        if (!Needs(job)) return;
        _milliCpuFree -= sign * job.MilliCpu;
        _memoryFree -= sign * job.MemoryBytes;
        batch.MilliCpuInUse += sign * job.MilliCpu;
        batch.MemoryInUse += sign * job.MemoryBytes;
    }

    private static string Cores(int milliCpu) => (milliCpu / 1000m).ToString("0.###", CultureInfo.InvariantCulture);

    private static string Bytes(long bytes) => (bytes / 1073741824m).ToString("0.###", CultureInfo.InvariantCulture) + " GiB";
}
