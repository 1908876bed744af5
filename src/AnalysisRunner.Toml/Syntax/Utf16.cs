using System;
using System.Text;

namespace AnalysisRunner.Toml;

/// <summary>From the UTF-16 of .NET strings to the UTF-8 that documents are kept in.</summary>
internal static class Utf16
{
    private static readonly UTF8Encoding Strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The bytes of a text; a lone surrogate becomes the three bytes that the reader reports as invalid, instead of being lost.</summary>
    public static byte[] ToUtf8(string text)
    {
        try
        {
            return Strict.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            var bytes = new byte[text.Length * 3];
            var length = Encode(text.AsSpan(), bytes);
            return bytes.AsSpan(0, length).ToArray();
        }
    }

    /// <summary>Encodes without allocating; the destination has three bytes for each character.</summary>
    public static int Encode(ReadOnlySpan<char> text, Span<byte> destination)
    {
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            int c = text[i];
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                c = char.ConvertToUtf32(text[i], text[++i]);
            }

            length += Encode(c, destination.Slice(length));
        }

        return length;
    }

    /// <summary>Encodes one code point of up to four bytes.</summary>
    public static int Encode(int c, Span<byte> destination)
    {
        if (c < 0x80)
        {
            destination[0] = (byte)c;
            return 1;
        }

        if (c < 0x800)
        {
            destination[0] = (byte)(0xC0 | (c >> 6));
            destination[1] = (byte)(0x80 | (c & 0x3F));
            return 2;
        }

        if (c < 0x10000)
        {
            destination[0] = (byte)(0xE0 | (c >> 12));
            destination[1] = (byte)(0x80 | ((c >> 6) & 0x3F));
            destination[2] = (byte)(0x80 | (c & 0x3F));
            return 3;
        }

        destination[0] = (byte)(0xF0 | (c >> 18));
        destination[1] = (byte)(0x80 | ((c >> 12) & 0x3F));
        destination[2] = (byte)(0x80 | ((c >> 6) & 0x3F));
        destination[3] = (byte)(0x80 | (c & 0x3F));
        return 4;
    }
}
