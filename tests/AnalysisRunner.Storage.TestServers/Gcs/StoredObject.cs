using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace AnalysisRunner.Storage.TestServers.Gcs;

/// <summary>One generation of an object.</summary>
public sealed record StoredObject
{
    public required string Name { get; init; }

    public required byte[] Content { get; init; }

    public required long Generation { get; init; }

    public long Metageneration { get; init; } = 1;

    public string ContentType { get; init; } = "application/octet-stream";

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public DateTimeOffset Created { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>A composed object has no MD5.</summary>
    public bool IsComposed { get; init; }

    /// <summary>As computed when it was stored; stays when a test alters the content.</summary>
    public required string Crc32C { get; init; }

    /// <summary>As <see cref="Crc32C"/>.</summary>
    public string? Md5 { get; init; }

    /// <summary>Byte by byte, so that the client's own code is not compared with itself.</summary>
    public static string Checksum(ReadOnlySpan<byte> content)
    {
        var crc = uint.MaxValue;
        foreach (var value in content) crc = BitOperations.Crc32C(crc, value);
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, ~crc);
        return Convert.ToBase64String(bytes);
    }

#pragma warning disable CA5351 // MD5 is what the API has.
    public static string HashMd5(byte[] content) => Convert.ToBase64String(MD5.HashData(content));
#pragma warning restore CA5351
}
