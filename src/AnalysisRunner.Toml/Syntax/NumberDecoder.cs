using System;
using System.Globalization;

namespace AnalysisRunner.Toml;

/// <summary>From a number as written, whose form the parser has checked, to its value.</summary>
internal static class NumberDecoder
{
    private const int StackBytes = 64;

    /// <summary>Reads an integer; false if it does not fit in 64 bits.</summary>
    public static bool TryInteger(ReadOnlySpan<byte> raw, out long value)
    {
        ulong radix = raw.Length > 1 ? raw[1] switch { (byte)'x' => 16UL, (byte)'o' => 8UL, (byte)'b' => 2UL, _ => 10UL } : 10UL;
        var negative = raw[0] == '-';
        var limit = negative ? 1UL << 63 : long.MaxValue;
        ulong number = 0;
        value = 0;
        foreach (var b in radix == 10 ? raw : raw.Slice(2))
        {
            if (b is (byte)'_' or (byte)'+' or (byte)'-') continue;
            var digit = (ulong)CharClass.HexValue(b);
            if (number > (limit - digit) / radix) return false;
            number = (number * radix) + digit;
        }

        value = negative ? unchecked((long)(0 - number)) : (long)number;
        return true;
    }

    public static double Float(ReadOnlySpan<byte> raw)
    {
        var last = raw[raw.Length - 1];
        if (last == 'f') return raw[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        if (last == 'n') return double.NaN;
        Span<byte> digits = raw.Length <= StackBytes ? stackalloc byte[StackBytes] : new byte[raw.Length];
        var length = 0;
        foreach (var b in raw)
        {
            if (b != '_') digits[length++] = b;
        }

        digits = digits.Slice(0, length);
#if NET
        return double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
#else
        var text = System.Text.Encoding.UTF8.GetString(digits.ToArray());
        try
        {
            return double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        }
        catch (OverflowException)
        {
            // .NET Framework throws where IEEE 754 and .NET say infinity.
            return text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        }
#endif
    }
}
