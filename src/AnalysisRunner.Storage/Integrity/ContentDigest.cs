namespace AnalysisRunner.Storage.Integrity;

/// <summary>What content is known by: what a write recorded, or what a read found.</summary>
/// <param name="Length">In bytes.</param>
/// <param name="Sha256">Lower-case hexadecimal; null when not known.</param>
/// <param name="Crc32C">Null when not known.</param>
/// <param name="Md5">Lower-case hexadecimal; null when not known.</param>
internal readonly record struct ContentDigest(long Length, string? Sha256, uint? Crc32C, string? Md5 = null)
{
    /// <summary>How found content differs from this record, as a clause; null when it does not, in anything that both know.</summary>
    internal string? Difference(ContentDigest found) =>
        Length != found.Length ? $"it has {found.Length} bytes instead of {Length}"
        : Sha256 is not null && found.Sha256 is not null && Sha256 != found.Sha256 ? $"its SHA-256 is {found.Sha256} instead of {Sha256}"
        : Crc32C is not null && found.Crc32C is not null && Crc32C != found.Crc32C ? $"its CRC32C is {found.Crc32C:x8} instead of {Crc32C:x8}"
        : Md5 is not null && found.Md5 is not null && Md5 != found.Md5 ? $"its MD5 is {found.Md5} instead of {Md5}"
        : null;

    /// <summary>Whether there is anything but the length to compare content with.</summary>
    internal bool HasHash => Sha256 is not null || Crc32C is not null || Md5 is not null;
}
