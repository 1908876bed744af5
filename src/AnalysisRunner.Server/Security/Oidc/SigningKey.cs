using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;

namespace AnalysisRunner.Server.Security.Oidc;

/// <summary>
/// A public key of an issuer that can verify RS256 or ES256, and nothing else. The key says which of the two; a token's header never chooses how a key is
/// used.
/// </summary>
internal sealed class SigningKey
{
    private const int MinimumModulus = 2048 / 8;
    private const int MaximumModulus = 8192 / 8;

    // Each serves one verification at a time. To make one costs twice what it is used for; there are never more than were used at once, and the collector
    // closes those of a key that is no longer served.
    private readonly ConcurrentBag<AsymmetricAlgorithm> _unused = [];

    private readonly RSAParameters _rsa;
    private readonly ECParameters _curve;

    private SigningKey(string? id, RSAParameters rsa) => (Id, Algorithm, _rsa) = (id, "RS256", rsa);

    private SigningKey(string? id, ECParameters curve) => (Id, Algorithm, _curve) = (id, "ES256", curve);

    /// <summary>The <c>kid</c>; null when it has none.</summary>
    public string? Id { get; }

    /// <summary><c>RS256</c> or <c>ES256</c>.</summary>
    public string Algorithm { get; }

    /// <summary>The usable keys of a key set (RFC 7517); keys of other kinds, for other uses or too short are left out.</summary>
    /// <exception cref="JsonException">It is no key set.</exception>
    public static IReadOnlyList<SigningKey> ReadSet(JsonElement set)
    {
        if (set.ValueKind != JsonValueKind.Object || !set.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array) throw new JsonException("It has no 'keys'.");
        return [.. keys.EnumerateArray().Select(Read).OfType<SigningKey>()];
    }

    /// <summary>Whether the signature is right.</summary>
    public bool Verifies(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        try
        {
            var key = _unused.TryTake(out var made) ? made : Algorithm == "RS256" ? RSA.Create(_rsa) : ECDsa.Create(_curve);
            var isRight = key is RSA rsa
                ? rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                : ((ECDsa)key).VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            _unused.Add(key);
            return isRight;
        }
        catch (CryptographicException)
        {
            return false; // A key that is no point of the curve, say.
        }
    }

    private static SigningKey? Read(JsonElement key)
    {
        if (key.ValueKind != JsonValueKind.Object || JsonWebToken.Text(key, "use") is not (null or "sig")) return null;
        var (id, algorithm) = (JsonWebToken.Text(key, "kid"), JsonWebToken.Text(key, "alg"));
        switch (JsonWebToken.Text(key, "kty"))
        {
            case "RSA" when algorithm is null or "RS256" && Bytes(key, "n") is { Length: >= MinimumModulus and <= MaximumModulus } modulus && Bytes(key, "e") is { } exponent:
                return new SigningKey(id, new RSAParameters { Modulus = modulus, Exponent = exponent });
            case "EC" when algorithm is null or "ES256" && JsonWebToken.Text(key, "crv") == "P-256" && Bytes(key, "x") is { Length: 32 } x && Bytes(key, "y") is { Length: 32 } y:
                return new SigningKey(id, new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } });
            default:
                return null;
        }
    }

    private static byte[]? Bytes(JsonElement key, string name)
    {
        try
        {
            return JsonWebToken.Text(key, name) is { } text ? Base64Url.DecodeFromChars(text) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
