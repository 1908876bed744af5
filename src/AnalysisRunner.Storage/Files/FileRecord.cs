using System.Text.Json.Serialization;
using AnalysisRunner.Storage.Integrity;

namespace AnalysisRunner.Storage.Files;

/// <summary>What the store keeps beside a file: an entry for the content in place, and during a write also for the one that is about to replace it.</summary>
/// <param name="Entries">The newest last.</param>
internal sealed record FileRecord(IReadOnlyList<FileRecordEntry> Entries)
{
    internal FileRecordEntry? Find(FileVersion version)
    {
        var text = version.ToString();
        return Entries.FirstOrDefault(entry => entry.Version == text);
    }
}

/// <summary>The digests and metadata of one content.</summary>
internal sealed record FileRecordEntry(
    string Version, long Length, string Sha256, uint Crc32C, string? ContentType, IReadOnlyDictionary<string, string>? Metadata)
{
    [JsonIgnore]
    internal ContentDigest Digest => new(Length, Sha256, Crc32C);
}

/// <summary>The form of a record on the disk.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FileRecord))]
internal sealed partial class FileRecordJson : JsonSerializerContext;
