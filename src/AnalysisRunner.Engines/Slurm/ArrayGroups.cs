using System.Globalization;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>Puts jobs that ask for the same and wait for the same into arrays, in the order in which they came.</summary>
internal sealed class ArrayGroups
{
    private readonly Dictionary<(JobShape Shape, string Dependencies, int Copy), Group> _groups = [];
    private readonly List<Group> _ordered = [];

    /// <param name="shape">What the job asks for.</param>
    /// <param name="dependencies">What it waits for.</param>
    /// <param name="index">The index that it must have; null for any.</param>
    /// <param name="job">The job.</param>
    public void Add(JobShape shape, IReadOnlyList<PlannedDependency> dependencies, int? index, JobRun job)
    {
        var words = string.Join(',', dependencies.Select(dependency => (dependency.Corresponding ? "=" : "") + dependency.Submission.ToString(CultureInfo.InvariantCulture)));
        // Where two jobs need one index, the second goes into another array.
        for (var copy = 0; ; copy++)
        {
            if (!_groups.TryGetValue((shape, words, copy), out var group))
            {
                group = new Group(shape, dependencies);
                _groups.Add((shape, words, copy), group);
                _ordered.Add(group);
            }
            if (group.TryAdd(job, index)) return;
        }
    }

    /// <summary>The arrays, none with more tasks or a higher index than an array may have.</summary>
    public IEnumerable<(JobShape Shape, IReadOnlyList<PlannedDependency> Dependencies, IEnumerable<(JobRun Job, int Index)> Jobs)> Arrays(int maxArraySize)
    {
        foreach (var group in _ordered)
        {
            if (group.IsIndexed) yield return (group.Shape, group.Dependencies, group.Jobs);
            else foreach (var part in group.Jobs.Chunk(maxArraySize)) yield return (group.Shape, group.Dependencies, part.Select((task, i) => (task.Job, i)));
        }
    }

    private sealed class Group(JobShape shape, IReadOnlyList<PlannedDependency> dependencies)
    {
        private readonly HashSet<int> _taken = [];

        public JobShape Shape { get; } = shape;

        public IReadOnlyList<PlannedDependency> Dependencies { get; } = dependencies;

        public List<(JobRun Job, int Index)> Jobs { get; } = [];

        public bool IsIndexed { get; private set; }

        public bool TryAdd(JobRun job, int? index)
        {
            if (index is { } wanted && !_taken.Add(wanted)) return false;
            IsIndexed |= index is not null;
            Jobs.Add((job, index ?? Jobs.Count));
            return true;
        }
    }
}
