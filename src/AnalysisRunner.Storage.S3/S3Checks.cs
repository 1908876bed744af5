using System.Security.Cryptography;
using Amazon.S3;
using AnalysisRunner.Storage.Transfers;

namespace AnalysisRunner.Storage.S3;

/// <summary>How requests say what they carry, and how answers are compared with it.</summary>
internal static class S3Checks
{
    /// <summary>The method that requests ask for; null for the bucket's own.</summary>
    internal static ServerSideEncryptionMethod? Encryption(S3StoreOptions options) => options.Encryption switch
    {
        S3Encryption.S3Managed => ServerSideEncryptionMethod.AES256,
        S3Encryption.Kms => ServerSideEncryptionMethod.AWSKMS,
        _ => null,
    };

#pragma warning disable CA5351 // S3's entity tags are MD5; identity is by SHA-256.
    internal static async Task<byte[]> Md5Async(UploadPart part, CancellationToken cancellationToken)
    {
        var content = part.Open();
        await using var opened = content.ConfigureAwait(false);
        return await MD5.HashDataAsync(content, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The entity tag of an object of parts: the MD5 of their MD5s, and their number.</summary>
    internal static string EntityTagOf(IReadOnlyList<byte[]> parts) =>
        $"{Convert.ToHexStringLower(MD5.HashData(parts.SelectMany(part => part).ToArray()))}-{parts.Count}";
#pragma warning restore CA5351

    /// <summary>Compares what the store says it has with what was sent.</summary>
    /// <exception cref="StorageException">It is something else.</exception>
    internal static void EnsureEntityTag(StoragePath path, S3StoreOptions options, S3Receipt receipt, string sent)
    {
        // With a key, the entity tag is no MD5; the checksum in the request was compared by the server.
        if (options.Encryption != S3Encryption.Kms && receipt is { EncryptedWithKey: false, EntityTag: { } tag } && tag != sent)
            throw StorageErrors.Corrupt(path, $"the store's entity tag is {tag} instead of {sent}");
    }
}
