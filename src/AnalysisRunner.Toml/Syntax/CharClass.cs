using System;
using System.Collections.Generic;

namespace AnalysisRunner.Toml;

/// <summary>What a byte may be part of.</summary>
internal static class CharClass
{
    /// <summary>A bare key.</summary>
    public const byte BareKey = 1;

    /// <summary>A number, date or word.</summary>
    public const byte Token = 2;

    public static readonly byte[] Table = Build();

#if NET
    private static readonly System.Buffers.SearchValues<byte> BasicStops = Stops("\"\\");
    private static readonly System.Buffers.SearchValues<byte> LiteralStops = Stops("'");
    private static readonly System.Buffers.SearchValues<byte> TextStops = Stops("");
#else
    private static readonly bool[] BasicStops = Stops("\"\\");
    private static readonly bool[] LiteralStops = Stops("'");
    private static readonly bool[] TextStops = Stops("");
#endif

    public static bool IsDigit(byte b) => (uint)(b - '0') <= 9;

    public static bool IsLetter(byte b) => (uint)((b | 0x20) - 'a') <= 25;

    public static int HexValue(byte b)
    {
        if (IsDigit(b)) return b - '0';
        var letter = (b | 0x20) - 'a';
        return letter is >= 0 and <= 5 ? letter + 10 : -1;
    }

    /// <summary>Whether TOML allows the byte nowhere but, for some, at a line's end.</summary>
    public static bool IsControl(byte b) => (b < 0x20 && b != '\t') || b == 0x7F;

    /// <summary>The first byte from <paramref name="i"/> on that a single-line basic string does not simply hold.</summary>
    public static int SkipBasicText(ReadOnlySpan<byte> text, int i) => Skip(text, i, BasicStops);

    /// <summary>The first byte from <paramref name="i"/> on that a single-line literal string does not simply hold.</summary>
    public static int SkipLiteralText(ReadOnlySpan<byte> text, int i) => Skip(text, i, LiteralStops);

    /// <summary>The first byte from <paramref name="i"/> on that a comment does not hold.</summary>
    public static int SkipText(ReadOnlySpan<byte> text, int i) => Skip(text, i, TextStops);

#if NET
    private static int Skip(ReadOnlySpan<byte> text, int i, System.Buffers.SearchValues<byte> stops)
    {
        var length = text.Slice(i).IndexOfAny(stops);
        return length < 0 ? text.Length : i + length;
    }

    private static System.Buffers.SearchValues<byte> Stops(string others) => System.Buffers.SearchValues.Create(StopBytes(others));
#else
    private static int Skip(ReadOnlySpan<byte> text, int i, bool[] stops)
    {
        while (i < text.Length && !stops[text[i]]) i++;
        return i;
    }

    private static bool[] Stops(string others)
    {
        var stops = new bool[256];
        foreach (var b in StopBytes(others)) stops[b] = true;
        return stops;
    }
#endif

    private static byte[] StopBytes(string others)
    {
        var stops = new List<byte>();
        for (var i = 0; i < 128; i++)
        {
            if (IsControl((byte)i) || others.AsSpan().IndexOf((char)i) >= 0) stops.Add((byte)i);
        }

        return stops.ToArray();
    }

    private static byte[] Build()
    {
        var table = new byte[256];
        for (var i = 0; i < 256; i++)
        {
            var b = (byte)i;
            var word = IsDigit(b) || IsLetter(b) || b is (byte)'_' or (byte)'-';
            if (word) table[i] |= BareKey | Token;
            if (b is (byte)'+' or (byte)'.' or (byte)':') table[i] |= Token;
        }

        return table;
    }
}
