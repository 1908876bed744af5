namespace AnalysisRunner.Storage;

/// <summary>How an object is written.</summary>
public sealed record WriteOptions
{
    /// <summary>Replaces what is there, with no metadata.</summary>
    public static WriteOptions Default { get; } = new();

    /// <summary>What must hold when the write takes effect.</summary>
    public WriteCondition Condition { get; init; }

    /// <summary>Custom metadata: names of <c>a-z 0-9 - .</c> and values of visible ASCII characters and inner spaces, which every store keeps as they are; at most 2,048 bytes in all.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ObjectInfo.NoMetadata;

    /// <summary>The media type; <c>application/octet-stream</c> unless given.</summary>
    public string? ContentType { get; init; }

    /// <summary>Is told the number of bytes that have left for the store so far.</summary>
    public IProgress<long>? Progress { get; init; }
}
