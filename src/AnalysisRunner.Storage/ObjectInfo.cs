using System.Collections.ObjectModel;

namespace AnalysisRunner.Storage;

/// <summary>What a store knows of an object.</summary>
public sealed record ObjectInfo
{
    internal static IReadOnlyDictionary<string, string> NoMetadata { get; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Where it is.</summary>
    public required StoragePath Path { get; init; }

    /// <summary>In bytes.</summary>
    public required long Length { get; init; }

    /// <summary>Names this content at this path: a generation (GCS), an entity tag (S3), time and length (files). Opaque.</summary>
    public required string Version { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset Modified { get; init; }

    /// <summary>SHA-256 of the content, 64 lower-case hexadecimal digits; null where the object was not written by this library.</summary>
    public string? Sha256 { get; init; }

    /// <summary>CRC32C of the content; null where neither the store nor a record knows it.</summary>
    public uint? Crc32C { get; init; }

    /// <summary>The media type, where the store keeps one.</summary>
    public string? ContentType { get; init; }

    /// <summary>The custom metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = NoMetadata;
}
