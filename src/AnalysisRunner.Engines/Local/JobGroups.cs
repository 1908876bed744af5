using System.Globalization;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Local;

/// <summary>What was cancelled of a batch, and how many jobs failed: of the batch, which is group 0, and of each of its groups.</summary>
internal sealed class JobGroups
{
    private readonly BatchSpec _spec;
    private readonly string?[] _cancelReasons;
    private readonly int[] _failures;

    public JobGroups(BatchSpec spec)
    {
        _spec = spec;
        _cancelReasons = new string?[spec.Groups.Count + 1];
        _failures = new int[spec.Groups.Count + 1];
    }

    /// <summary>How many cancellations there were.</summary>
    public int Cancellations { get; private set; }

    public bool Knows(int group) => group >= 0 && group < _cancelReasons.Length;

    /// <summary>Why a group is cancelled: it, or one that it lies in; null when it is not.</summary>
    public string? CancelReason(int group)
    {
        if (Cancellations == 0) return null;
        for (; group != 0; group = _spec.Groups[group - 1].Parent)
        {
            if (_cancelReasons[group] is { } reason) return reason;
        }
        return _cancelReasons[0];
    }

    /// <summary>Notes a cancellation; false when the group is cancelled already.</summary>
    public bool Cancel(int group, string reason)
    {
        if (CancelReason(group) is not null) return false;
        _cancelReasons[group] = reason;
        Cancellations++;
        return true;
    }

    /// <summary>Counts a failed job; says which group has had enough of them now, the outermost when there are several.</summary>
    public (int Group, string Reason)? CountFailure(int group)
    {
        (int, string)? full = null;
        while (true)
        {
            _failures[group]++;
            var limit = group == 0 ? _spec.CancelAfterFailures : _spec.Groups[group - 1].CancelAfterFailures;
            if (limit <= _failures[group] && CancelReason(group) is null)
            {
                var what = group == 0 ? "the batch" : $"the group \"{_spec.Groups[group - 1].Name}\"";
                full = (group, string.Create(CultureInfo.InvariantCulture, $"{_failures[group]} failed, and {what} stops after {limit}"));
            }
            if (group == 0) return full;
            group = _spec.Groups[group - 1].Parent;
        }
    }

    public IReadOnlyList<JobGroupSummary> Summaries(IReadOnlyList<JobRun> jobs)
    {
        if (_spec.Groups.Count == 0) return [];
        var counts = new int[_cancelReasons.Length][];
        for (var group = 0; group < counts.Length; group++) counts[group] = new int[6];
        foreach (var job in jobs)
        {
            for (var group = job.Spec.Group; group != 0; group = _spec.Groups[group - 1].Parent) counts[group][(int)job.State]++;
        }
        return [.. _spec.Groups.Select(group => Summary(group, counts[group.Id]))];
    }

    private JobGroupSummary Summary(JobGroupSpec group, int[] counts)
    {
        var jobs = new JobCounts(counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]);
        var reason = CancelReason(group.Id);
        var state = jobs.Pending + jobs.Ready + jobs.Running > 0 ? BatchState.Running
            : jobs.Failed > 0 ? BatchState.Failed
            : jobs.Cancelled > 0 || reason is not null ? BatchState.Cancelled
            : BatchState.Succeeded;
        return new JobGroupSummary(group.Id, group.Name, state, jobs, reason);
    }
}
