namespace AnalysisRunner.Pipelines;

/// <summary>
/// The files and groups of one job by name. Most jobs have one, and there may be a million jobs: a list is made for the second, and an index when it pays.
/// </summary>
internal struct ResourceTable
{
    private const int IndexedFrom = 16;

    private Resource? _only;
    private List<Resource>? _several;
    private Dictionary<string, Resource>? _index;

    public readonly int Count => _several?.Count ?? (_only is null ? 0 : 1);

    public readonly Resource this[int index] => _several is null ? _only! : _several[index];

    /// <summary>All files, those of groups included.</summary>
    public readonly IEnumerable<ResourceFile> Files =>
        All.SelectMany(resource => resource is ResourceGroup group ? group.Members : [(ResourceFile)resource]);

    /// <summary>Files and groups in the order of their declaration.</summary>
    public readonly IReadOnlyList<Resource> All => _several ?? (_only is null ? [] : [_only]);

    public readonly Resource? Find(string name)
    {
        if (_index is not null) return _index.GetValueOrDefault(name);
        for (var i = 0; i < Count; i++)
        {
            if (this[i].Name == name) return this[i];
        }
        return null;
    }

    public void Add(Resource resource)
    {
        if (Count == 0)
        {
            _only = resource;
            return;
        }
        (_several ??= [_only!]).Add(resource);
        if (_index is not null) _index.Add(resource.Name, resource);
        else if (_several.Count == IndexedFrom) _index = _several.ToDictionary(known => known.Name, StringComparer.Ordinal);
    }
}
