using System.Security.Cryptography;

namespace AnalysisRunner.Storage.Integrity;

/// <summary>Digests content while it passes.</summary>
internal sealed class ContentHasher : IDisposable
{
    private readonly IncrementalHash? _sha256;
#pragma warning disable CA5351 // MD5 is what the stores offer to compare; identity is by SHA-256.
    private readonly IncrementalHash? _md5;
    private readonly bool _crc;
    private uint _crc32C;

    private ContentHasher(bool sha256, bool crc, bool md5)
    {
        _sha256 = sha256 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        _md5 = md5 ? IncrementalHash.CreateHash(HashAlgorithmName.MD5) : null;
        _crc = crc;
    }
#pragma warning restore CA5351

    /// <summary>Everything that a write records.</summary>
    internal static ContentHasher ForWriting() => new(sha256: true, crc: true, md5: false);

    /// <summary>What a record can be compared by; the strongest that it has.</summary>
    internal static ContentHasher ForChecking(ContentDigest expected) => new(
        expected.Sha256 is not null,
        expected.Sha256 is null && expected.Crc32C is not null,
        expected.Sha256 is null && expected.Crc32C is null && expected.Md5 is not null);

    /// <summary>The number of bytes so far.</summary>
    internal long Length { get; private set; }

    internal void Append(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        _sha256?.AppendData(bytes);
        _md5?.AppendData(bytes);
        if (_crc) _crc32C = Crc32C.Append(_crc32C, bytes);
    }

    /// <summary>The digests of what has passed.</summary>
    internal ContentDigest Current() => new(Length, Hex(_sha256), _crc ? _crc32C : null, Hex(_md5));

    public void Dispose()
    {
        _sha256?.Dispose();
        _md5?.Dispose();
    }

    private static string? Hex(IncrementalHash? hash) => hash is null ? null : Convert.ToHexStringLower(hash.GetCurrentHash());
}
