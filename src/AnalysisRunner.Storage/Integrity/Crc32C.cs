using System.Buffers.Binary;
using System.Numerics;

namespace AnalysisRunner.Storage.Integrity;

/// <summary>CRC32C (Castagnoli), with the processor's own instruction where it has one.</summary>
internal static class Crc32C
{
    private const uint ReversedPolynomial = 0x82F63B78;

    /// <summary>The checksum of <paramref name="crc"/>'s content followed by these bytes; 0 is the checksum of nothing.</summary>
    internal static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    /// <summary>The checksum of two contents end to end, from their checksums and the length of the second.</summary>
    internal static uint Combine(uint first, uint second, long secondLength)
    {
        // The first checksum is advanced over secondLength zero bytes: multiplied by x^(8·length) modulo the polynomial.
        var power = 0x80000000u; // x^0, reflected
        var factor = 0x00800000u; // x^8
        for (var n = secondLength; n > 0; n >>= 1)
        {
            if ((n & 1) != 0) power = Multiply(power, factor);
            factor = Multiply(factor, factor);
        }
        return Multiply(first, power) ^ second;
    }

    /// <summary>The form of Google's headers and metadata: base64 of four bytes, the highest first.</summary>
    internal static string ToBase64(uint crc)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, crc);
        return Convert.ToBase64String(bytes);
    }

    /// <summary>Reads <see cref="ToBase64"/>; null for anything else.</summary>
    internal static uint? FromBase64(string? text)
    {
        Span<byte> bytes = stackalloc byte[4];
        return text is { Length: 8 } && Convert.TryFromBase64String(text, bytes, out var length) && length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : null;
    }

    private static uint Multiply(uint a, uint b)
    {
        var product = 0u;
        for (var bit = 0x80000000u; bit != 0; bit >>= 1)
        {
            if ((a & bit) != 0) product ^= b;
            b = (b & 1) != 0 ? (b >> 1) ^ ReversedPolynomial : b >> 1;
        }
        return product;
    }
}
