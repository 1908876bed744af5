using System.Globalization;
using AnalysisRunner.Storage.Integrity;

namespace AnalysisRunner.Storage.Gcs;

/// <summary>What is recorded of content: SHA-256 in the custom metadata; CRC32C and MD5 are Google's own.</summary>
internal static class GcsRecord
{
    internal const string Sha256 = "ar-sha256";
    internal const string WriteId = "ar-write";

    internal static readonly string[] Reserved = [Sha256, WriteId];

    internal static ObjectInfo Info(StoragePath path, GcsObject found) => new()
    {
        Path = path,
        Length = found.Length,
        Version = found.Generation ?? throw StorageErrors.Unavailable(path, "the answer has no generation"),
        Modified = DateTimeOffset.Parse(found.TimeCreated ?? found.Updated ?? "1970-01-01T00:00:00Z", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
        Sha256 = found.Metadata?.GetValueOrDefault(Sha256),
        Crc32C = Crc32C.FromBase64(found.Crc32c),
        ContentType = found.ContentType,
        Metadata = Custom(found),
    };

    internal static ContentDigest Digest(GcsObject found) => new(
        found.Length, found.Metadata?.GetValueOrDefault(Sha256), Crc32C.FromBase64(found.Crc32c), found.Md5Hash is { } md5 ? Convert.ToHexStringLower(Convert.FromBase64String(md5)) : null);

    /// <summary>The metadata of a write.</summary>
    internal static Dictionary<string, string> Metadata(WriteOptions write, string? sha256, string writeId)
    {
        var metadata = new Dictionary<string, string>(write.Metadata, StringComparer.Ordinal) { [WriteId] = writeId };
        if (sha256 is not null) metadata[Sha256] = sha256;
        return metadata;
    }

    private static IReadOnlyDictionary<string, string> Custom(GcsObject found)
    {
        if (found.Metadata is null) return ObjectInfo.NoMetadata;
        var custom = new Dictionary<string, string>(found.Metadata, StringComparer.Ordinal);
        foreach (var name in Reserved) custom.Remove(name);
        return custom;
    }
}
