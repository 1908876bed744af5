using System;
using System.Buffers;
using System.Text;

namespace AnalysisRunner.Toml;

/// <summary>From a string as written, which the parser has checked, to its text.</summary>
internal static class StringDecoder
{
    public static string Decode(TomlSource source, in TomlNode node)
    {
        var start = node.Start;
        var length = node.Length;
        if (node.Has(NodeFlags.Multiline))
        {
            start += 3;
            length -= 6;
            var bytes = source.Bytes;
            // A newline right after the opening quotes is not part of the text.
            var newline = length > 0 && bytes[start] == (byte)'\n' ? 1
                : length > 1 && bytes[start] == (byte)'\r' && bytes[start + 1] == (byte)'\n' ? 2 : 0;
            start += newline;
            length -= newline;
        }
        else
        {
            start++;
            length -= 2;
        }

        if (!node.Has(NodeFlags.Escaped)) return source.Decode(start, length);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var written = Unescape(source.Text.Slice(start, length), buffer, node.Has(NodeFlags.Literal));
            return Encoding.UTF8.GetString(buffer, 0, written);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes the text of a string's content; it is never longer than the content. Line endings become <c>\n</c>.</summary>
    public static int Unescape(ReadOnlySpan<byte> content, Span<byte> destination, bool literal)
    {
        var written = 0;
        for (var i = 0; i < content.Length;)
        {
            var b = content[i++];
            if (b == '\r' && i < content.Length && content[i] == '\n') continue;
            if (b == '\\' && !literal && i < content.Length)
            {
                written += Escape(content, ref i, destination.Slice(written));
                continue;
            }

            destination[written++] = b;
        }

        return written;
    }

    /// <summary>The code point of <paramref name="digits"/> hexadecimal digits, or -1 when it is not one that text can hold.</summary>
    public static int CodePoint(ReadOnlySpan<byte> text, int start, int digits)
    {
        if (start + digits > text.Length) return -1;
        long value = 0;
        for (var i = start; i < start + digits; i++)
        {
            var digit = CharClass.HexValue(text[i]);
            if (digit < 0) return -1;
            value = (value << 4) | (uint)digit;
        }

        return value is > 0x10FFFF or (>= 0xD800 and <= 0xDFFF) ? -1 : (int)value;
    }

    private static int Escape(ReadOnlySpan<byte> content, ref int i, Span<byte> destination)
    {
        var c = content[i++];
        int digits = c switch { (byte)'x' => 2, (byte)'u' => 4, (byte)'U' => 8, _ => 0 };
        if (digits > 0)
        {
            var codePoint = CodePoint(content, i, digits);
            i += digits;
            return Utf16.Encode(codePoint, destination);
        }

        if (c is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            // The backslash at a line's end swallows all white space up to the next text.
            while (i < content.Length && content[i] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') i++;
            return 0;
        }

        destination[0] = c switch
        {
            (byte)'b' => 8,
            (byte)'t' => 9,
            (byte)'n' => 10,
            (byte)'f' => 12,
            (byte)'r' => 13,
            (byte)'e' => 27,
            _ => c,
        };
        return 1;
    }
}
