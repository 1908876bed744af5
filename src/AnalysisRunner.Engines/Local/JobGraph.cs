using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Local;

/// <summary>Who waits for whom in a batch, as one array cut into slices: two objects for any number of edges.</summary>
internal sealed class JobGraph
{
    private readonly int[] _start;
    private readonly int[] _children;
    private readonly int[]? _unblocks;

    public JobGraph(BatchSpec spec)
    {
        _start = new int[spec.Jobs.Count + 1];
        foreach (var job in spec.Jobs)
        {
            foreach (var parent in job.Parents) _start[parent]++;
        }
        for (var i = 1; i < _start.Length; i++) _start[i] += _start[i - 1];
        _children = new int[_start[^1]];
        var next = (int[])_start.Clone();
        // start[p] is the end of the slice of job p, and so the start of that of p + 1; filling backwards keeps the order of the jobs.
        for (var j = spec.Jobs.Count - 1; j >= 0; j--)
        {
            foreach (var parent in spec.Jobs[j].Parents) _children[--next[parent]] = spec.Jobs[j].Id;
        }
        if (_children.Length > 0) _unblocks = Count(spec);
    }

    /// <summary>The ids of the jobs that wait for a job, ascending.</summary>
    public ReadOnlySpan<int> Children(int job) => _children.AsSpan(_start[job - 1].._start[job]);

    /// <summary>
    /// How many jobs wait for a job, directly and through others: exact in a tree; a job that waits in several ways counts once for each.
    /// </summary>
    public int Unblocks(int job) => _unblocks?[job - 1] ?? 0;

    private int[] Count(BatchSpec spec)
    {
        var order = new int[spec.Jobs.Count];
        var open = new int[spec.Jobs.Count];
        var count = 0;
        for (var i = 0; i < open.Length; i++)
        {
            open[i] = spec.Jobs[i].Parents.Count;
            if (open[i] == 0) order[count++] = i + 1;
        }
        for (var i = 0; i < count; i++)
        {
            foreach (var child in Children(order[i]))
            {
                if (--open[child - 1] == 0) order[count++] = child;
            }
        }
        var unblocks = new int[order.Length];
        while (--count >= 0)
        {
            var sum = 0L;
            foreach (var child in Children(order[count])) sum += 1L + unblocks[child - 1];
            unblocks[order[count] - 1] = (int)Math.Min(sum, int.MaxValue);
        }
        return unblocks;
    }
}
