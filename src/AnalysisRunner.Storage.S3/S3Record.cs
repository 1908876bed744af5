using System.Globalization;
using Amazon.S3.Model;
using AnalysisRunner.Storage.Integrity;

namespace AnalysisRunner.Storage.S3;

/// <summary>
/// What is recorded of content: in the metadata of an object that goes in one request, and in the tags of one that goes in parts, since its digest is known when
/// the last part has gone. A tag names the entity tag that it describes, so that it says nothing of another writer's object.
/// </summary>
internal static class S3Record
{
    internal const string Sha256 = "ar-sha256";
    internal const string Crc32C = "ar-crc32c";
    internal const string WriteId = "ar-write";
    private const string Describes = "ar-etag";
    private const string MetadataPrefix = "x-amz-meta-";

    internal static readonly string[] Reserved = [Sha256, Crc32C, WriteId];

    /// <summary>The custom metadata of an answer.</summary>
    internal static Dictionary<string, string> Custom(MetadataCollection metadata)
    {
        var custom = All(metadata);
        foreach (var name in Reserved) custom.Remove(name);
        return custom;
    }

    /// <summary>Who wrote the object.</summary>
    internal static string? Writer(MetadataCollection metadata) => All(metadata).GetValueOrDefault(WriteId);

    /// <summary>The digest in the metadata of an answer, or what its entity tag says.</summary>
    internal static ContentDigest Digest(MetadataCollection metadata, long length, string entityTag, bool encryptedWithKey)
    {
        var all = All(metadata);
        // The entity tag of an object that went in one request is its MD5, unless a key was involved.
        var md5 = entityTag.Length == 32 && !encryptedWithKey ? entityTag : null;
        return new ContentDigest(length, all.GetValueOrDefault(Sha256), Hex(all.GetValueOrDefault(Crc32C)), md5);
    }

    /// <summary>The digest in the tags; null when they describe something else.</summary>
    internal static ContentDigest? Digest(IEnumerable<Tag>? tags, long length, string entityTag)
    {
        var all = (tags ?? []).ToDictionary(tag => tag.Key, tag => tag.Value);
        return all.GetValueOrDefault(Describes) == entityTag ? new ContentDigest(length, all.GetValueOrDefault(Sha256), Hex(all.GetValueOrDefault(Crc32C))) : null;
    }

    internal static void Write(MetadataCollection metadata, string? sha256, uint? crc32C)
    {
        if (sha256 is not null) metadata[Sha256] = sha256;
        if (crc32C is { } crc) metadata[Crc32C] = crc.ToString("x8", CultureInfo.InvariantCulture);
    }

    internal static List<Tag> Tags(ContentDigest digest, string entityTag) =>
    [
        new Tag { Key = Describes, Value = entityTag },
        new Tag { Key = Sha256, Value = digest.Sha256 },
        new Tag { Key = Crc32C, Value = digest.Crc32C!.Value.ToString("x8", CultureInfo.InvariantCulture) },
    ];

    private static Dictionary<string, string> All(MetadataCollection metadata) =>
        metadata.Keys.ToDictionary(name => name.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase) ? name[MetadataPrefix.Length..] : name, name => metadata[name]);

    private static uint? Hex(string? text) => uint.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value) ? value : null;
}
