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

    /// <summary>What the names of metadata begin with in headers.</summary>
    internal const string MetadataPrefix = "x-amz-meta-";

    internal static readonly string[] Reserved = [Sha256, Crc32C, WriteId];

    /// <summary>The custom metadata of an answer.</summary>
    internal static Dictionary<string, string> Custom(IReadOnlyDictionary<string, string> metadata) =>
        metadata.Where(item => !Reserved.Contains(item.Key)).ToDictionary(item => item.Key, item => item.Value);

    /// <summary>Who wrote the object.</summary>
    internal static string? Writer(IReadOnlyDictionary<string, string> metadata) => metadata.GetValueOrDefault(WriteId);

    /// <summary>The digest in the metadata of an answer, or what its entity tag says.</summary>
    internal static ContentDigest Digest(IReadOnlyDictionary<string, string> metadata, long length, string entityTag, bool encryptedWithKey)
    {
        // The entity tag of an object that went in one request is its MD5, unless a key was involved.
        var md5 = entityTag.Length == 32 && !encryptedWithKey ? entityTag : null;
        return new ContentDigest(length, metadata.GetValueOrDefault(Sha256), Hex(metadata.GetValueOrDefault(Crc32C)), md5);
    }

    /// <summary>The digest in the tags; null when they describe something else.</summary>
    internal static ContentDigest? Digest(IEnumerable<Tag>? tags, long length, string entityTag)
    {
        var all = (tags ?? []).ToDictionary(tag => tag.Key, tag => tag.Value);
        return all.GetValueOrDefault(Describes) == entityTag ? new ContentDigest(length, all.GetValueOrDefault(Sha256), Hex(all.GetValueOrDefault(Crc32C))) : null;
    }

    /// <summary>The metadata of an object that is written: the caller's, what is known of the content, and who writes.</summary>
    internal static Dictionary<string, string> Metadata(WriteOptions write, string? sha256, uint? crc32C, string? writeId)
    {
        var metadata = new Dictionary<string, string>(write.Metadata);
        if (sha256 is not null) metadata[Sha256] = sha256;
        if (crc32C is { } crc) metadata[Crc32C] = Hex(crc);
        if (writeId is not null) metadata[WriteId] = writeId;
        return metadata;
    }

    /// <summary>Adds metadata to a request of the SDK.</summary>
    internal static void AddTo(MetadataCollection metadata, IReadOnlyDictionary<string, string> added)
    {
        foreach (var (name, value) in added) metadata[name] = value;
    }

    internal static List<Tag> Tags(ContentDigest digest, string entityTag) =>
    [
        new Tag { Key = Describes, Value = entityTag },
        new Tag { Key = Sha256, Value = digest.Sha256 },
        new Tag { Key = Crc32C, Value = Hex(digest.Crc32C!.Value) },
    ];

    /// <summary>The metadata among the headers of an answer.</summary>
    internal static Dictionary<string, string> All(IEnumerable<(string Name, string Value)> headers) =>
        headers.Where(header => header.Name.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => header.Name[MetadataPrefix.Length..].ToLowerInvariant(), header => header.Value);

    private static string Hex(uint value) => value.ToString("x8", CultureInfo.InvariantCulture);

    private static uint? Hex(string? text) => uint.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value) ? value : null;
}
