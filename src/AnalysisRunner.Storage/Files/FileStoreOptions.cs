namespace AnalysisRunner.Storage.Files;

/// <summary>Settings of a <see cref="FileStore"/>.</summary>
public sealed record FileStoreOptions
{
    /// <summary>A folder that no operation leaves, through links neither; none means the whole file system.</summary>
    public string? Root { get; init; }

    /// <summary>Whether a write returns only when the object is on the disk, so that it survives a loss of power.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Whether names that Windows cannot hold are refused on every platform. On Windows they always are.</summary>
    public bool PortableNames { get; init; }
}
