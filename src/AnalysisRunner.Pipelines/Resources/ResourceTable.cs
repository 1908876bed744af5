namespace AnalysisRunner.Pipelines;

/// <summary>The files and groups of one job by name. Most jobs have a few, and there may be a million jobs: an index is made only when it pays.</summary>
internal sealed class ResourceTable
{
    private const int IndexedFrom = 16;

    private readonly List<Resource> _resources = new(1);
    private Dictionary<string, Resource>? _index;

    public IReadOnlyList<Resource> All => _resources;

    /// <summary>All files, those of groups included.</summary>
    public IEnumerable<ResourceFile> Files =>
        _resources.SelectMany(resource => resource is ResourceGroup group ? group.Members : [(ResourceFile)resource]);

    public Resource? Find(string name) =>
        _index is not null ? _index.GetValueOrDefault(name) : _resources.Find(resource => resource.Name == name);

    public void Add(Resource resource)
    {
        _resources.Add(resource);
        if (_index is not null) _index.Add(resource.Name, resource);
        else if (_resources.Count == IndexedFrom) _index = _resources.ToDictionary(known => known.Name, StringComparer.Ordinal);
    }
}
