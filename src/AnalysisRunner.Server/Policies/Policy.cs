using AnalysisRunner.Server.Security;

namespace AnalysisRunner.Server.Policies;

/// <summary>Who may run what on which dataset. Immutable: a change of the settings makes another one.</summary>
internal sealed record Policy
{
    /// <summary>The datasets by name.</summary>
    public required IReadOnlyDictionary<string, DatasetPolicy> Datasets { get; init; }

    /// <summary>What holds for every dataset that <see cref="Datasets"/> does not name; null where such a dataset does not exist.</summary>
    public DatasetPolicy? AnyOther { get; init; }

    /// <summary>What holds for a dataset; null when there is none.</summary>
    public DatasetPolicy? Find(string? dataset) =>
        dataset is null ? null : Datasets.TryGetValue(dataset, out var found) ? found : AnyOther is null ? null : AnyOther with { Name = dataset };

    /// <summary>Whether the caller may see an invocation: a driver its own, a user those of the datasets that they are in.</summary>
    public bool MaySee(Caller caller, string arGuid, string dataset) =>
        caller.ArGuid is { } own ? own == arGuid : Find(dataset)?.IsMember(caller) == true;

    /// <summary>The datasets that a user is in; null means every dataset there is.</summary>
    public IReadOnlyCollection<string>? DatasetsOf(Caller caller) =>
        AnyOther?.IsMember(caller) == true ? null : [.. Datasets.Values.Where(dataset => dataset.IsMember(caller)).Select(dataset => dataset.Name)];
}
