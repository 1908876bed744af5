using System;

namespace AnalysisRunner.Toml;

/// <summary>Finds bytes that are not UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).</summary>
internal static class Utf8Check
{
    public static bool IsValid(ReadOnlySpan<byte> text)
    {
#if NET
        return System.Text.Unicode.Utf8.IsValid(text);
#else
        return FirstInvalid(text, 0) < 0;
#endif
    }

    /// <summary>The index of the first byte at or after <paramref name="start"/> that begins no valid sequence, or -1.</summary>
    public static int FirstInvalid(ReadOnlySpan<byte> text, int start)
    {
        for (var i = start; i < text.Length;)
        {
            var length = SequenceLength(text.Slice(i));
            if (length == 0) return i;
            i += length;
        }

        return -1;
    }

    private static int SequenceLength(ReadOnlySpan<byte> text)
    {
        var b = text[0];
        if (b < 0x80) return 1;
        var length = b switch { < 0xC2 => 0, < 0xE0 => 2, < 0xF0 => 3, < 0xF5 => 4, _ => 0 };
        if (length == 0 || length > text.Length) return 0;
        var low = b switch { 0xE0 => 0xA0, 0xF0 => 0x90, _ => 0x80 };
        var high = b switch { 0xED => 0x9F, 0xF4 => 0x8F, _ => 0xBF };
        if (text[1] < low || text[1] > high) return 0;
        for (var i = 2; i < length; i++)
        {
            if ((text[i] & 0xC0) != 0x80) return 0;
        }

        return length;
    }
}
