using System;
using System.Text;

namespace AnalysisRunner.Toml;

/// <summary>The bytes of a document and where its lines begin.</summary>
internal sealed class TomlSource
{
    /// <summary>Between two remembered column counts lie this many bytes, so a column on a very long line stays cheap.</summary>
    private const int CheckpointBytes = 512;

    private int[]? _lineStarts;
    private int[]? _units;

    public TomlSource(byte[] bytes, int length, string? path)
    {
        Bytes = bytes;
        Length = length;
        Path = path;
        Origin = length >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0;
    }

    public byte[] Bytes { get; }

    public int Length { get; }

    public string? Path { get; }

    /// <summary>Where the text begins: after the byte order mark, if there is one.</summary>
    public int Origin { get; }

    public ReadOnlySpan<byte> Text => new ReadOnlySpan<byte>(Bytes, 0, Length);

    public string Decode(int start, int length) => Encoding.UTF8.GetString(Bytes, start, length);

    public TomlSpan Span(int start, int length) => new TomlSpan(this, start, length);

    public int LineOf(int offset)
    {
        var index = Array.BinarySearch(_lineStarts ??= FindLines(), offset);
        return index >= 0 ? index + 1 : Math.Max(~index, 1);
    }

    public int ColumnOf(int offset)
    {
        var start = (_lineStarts ??= FindLines())[LineOf(offset) - 1];
        return offset <= start ? 1 : UnitsBefore(offset) - UnitsBefore(start) + 1;
    }

    private int[] FindLines()
    {
        var text = Text;
        var count = 1;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == (byte)'\n') count++;
        }

        var starts = new int[count];
        starts[0] = Origin;
        var line = 1;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == (byte)'\n') starts[line++] = i + 1;
        }

        return starts;
    }

    private int UnitsBefore(int offset)
    {
        var units = _units ??= CountUnits();
        var checkpoint = Math.Min(offset / CheckpointBytes, units.Length - 1);
        return units[checkpoint] + UnitsIn(checkpoint * CheckpointBytes, offset);
    }

    private int[] CountUnits()
    {
        var units = new int[(Length / CheckpointBytes) + 1];
        for (var i = 1; i < units.Length; i++)
        {
            units[i] = units[i - 1] + UnitsIn((i - 1) * CheckpointBytes, i * CheckpointBytes);
        }

        return units;
    }

    private int UnitsIn(int start, int end)
    {
        var units = 0;
        for (var i = start; i < end; i++)
        {
            var b = Bytes[i];
            if ((b & 0xC0) != 0x80) units += b >= 0xF0 ? 2 : 1;
        }

        return units;
    }
}
