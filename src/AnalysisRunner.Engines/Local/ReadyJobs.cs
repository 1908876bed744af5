using System.Numerics;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Local;

/// <summary>
/// The jobs of one batch that could start: those that need no slot in the order in which they became ready; the others by the room they need, so that
/// one that does not fit holds up none that does, and within that those first for which most others wait.
/// </summary>
internal sealed class ReadyJobs
{
    private readonly Queue<JobRun> _withoutSlot = new();
    private readonly Dictionary<(int MilliCpu, long Memory), ReadyQueue> _bySize = [];
    private long _order;

    /// <summary>The queues of the jobs that need a slot.</summary>
    public Dictionary<(int MilliCpu, long Memory), ReadyQueue>.ValueCollection Queues => _bySize.Values;

    /// <param name="job">A job that has become ready.</param>
    /// <param name="unblocks">How many others wait for it.</param>
    public void Add(JobRun job, int unblocks)
    {
        if (!Slots.Needs(job.Spec))
        {
            _withoutSlot.Enqueue(job);
            return;
        }
        var size = (job.Spec.MilliCpu, Coarse(job.Spec.MemoryBytes));
        if (!_bySize.TryGetValue(size, out var queue)) _bySize.Add(size, queue = new ReadyQueue());
        queue.Add(job, unblocks, _order++);
    }

    /// <summary>The next job that needs no slot; null when there is none.</summary>
    public JobRun? PeekWithoutSlot()
    {
        while (_withoutSlot.TryPeek(out var job))
        {
            if (job is { State: JobState.Ready, IsDelayed: false }) return job;
            _withoutSlot.Dequeue();
        }
        return null;
    }

    /// <summary>Rounded up to three significant bits, so that there are few queues however the sizes vary.</summary>
    private static long Coarse(long bytes)
    {
        var step = 1L << Math.Max(0, BitOperations.Log2((ulong)bytes) - 2);
        return bytes <= 8 ? bytes : (bytes + step - 1) / step * step;
    }
}

/// <summary>Ready jobs of one batch that need about the same room.</summary>
internal sealed class ReadyQueue
{
    private readonly PriorityQueue<JobRun, (int Unblocks, long Order)> _jobs = new(Comparer<(int Unblocks, long Order)>.Create(
        (left, right) => left.Unblocks != right.Unblocks ? right.Unblocks.CompareTo(left.Unblocks) : left.Order.CompareTo(right.Order)));

    /// <summary>How many other jobs were started while its first one waited for room.</summary>
    public int Overtaken { get; set; }

    public void Add(JobRun job, int unblocks, long order) => _jobs.Enqueue(job, (unblocks, order));

    /// <summary>Its first job; false when there is none.</summary>
    public bool TryPeek(out JobRun? job, out (int Unblocks, long Order) priority)
    {
        while (_jobs.TryPeek(out job, out priority))
        {
            // What was started or cancelled meanwhile is still here.
            if (job is { State: JobState.Ready, IsDelayed: false }) return true;
            _jobs.Dequeue();
        }
        return false;
    }
}
