using AnalysisRunner.Contracts;

namespace AnalysisRunner.Pipelines.Hosting;

/// <summary>What the jobs of one run have in common while they become plain data: equal parts are one object, however many jobs there are.</summary>
/// <param name="before">How many jobs of the batch earlier runs took; ids count from there.</param>
/// <param name="inherited">Variables that every job gets.</param>
/// <param name="attributes">Attributes that every job gets.</param>
/// <param name="outputs">What the jobs deliver, by job.</param>
internal sealed class Composition(
    int before, IReadOnlyDictionary<string, string> inherited, IReadOnlyDictionary<string, string> attributes, IReadOnlyDictionary<int, List<OutputFile>> outputs)
{
    private readonly Dictionary<IReadOnlyDictionary<string, string>, IReadOnlyDictionary<string, string>> _environments = new(ReferenceEqualityComparer.Instance);

    public int Before => before;

    /// <summary>Ids within this run; jobs of earlier runs have ended by then.</summary>
    public IReadOnlyList<int> IdsOf(int[] parents)
    {
        if (before == 0) return parents;
        var ids = new List<int>(parents.Length);
        foreach (var parent in parents)
        {
            if (parent > before) ids.Add(parent - before);
        }
        return ids;
    }

    public IReadOnlyDictionary<string, string> Environment(IReadOnlyDictionary<string, string> own)
    {
        if (own.Count == 0) return inherited;
        if (_environments.TryGetValue(own, out var known)) return known;
        var merged = new Dictionary<string, string>(inherited.Concat(own), StringComparer.Ordinal);
        _environments.Add(own, merged);
        return merged;
    }

    public IReadOnlyDictionary<string, string> Attributes(IReadOnlyDictionary<string, string>? own) =>
        own is null ? attributes : new Dictionary<string, string>(own.Concat(attributes), StringComparer.Ordinal);

    public IReadOnlyList<OutputFile> OutputsOf(Job job) => outputs.GetValueOrDefault(job.Id) ?? [];
}
