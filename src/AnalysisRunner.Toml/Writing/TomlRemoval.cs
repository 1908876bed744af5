using System;

namespace AnalysisRunner.Toml;

/// <summary>Finds what to cut to remove a key.</summary>
internal static class TomlRemoval
{
    public static (int Start, int Length) Plan(TomlDocument document, TomlPlace place)
    {
        var text = document.Tree.Source.Text;
        var value = place.Node.Start + place.Node.Length;
        var inline = place.Nodes.FindLastIndex(place.Nodes.Count - 2, i => place.Tree[i].Has(NodeFlags.Inline));
        if (inline >= 0) return InInlineTable(text, KeyStart(place, inline), value);

        // Statements begin lines: everything from the line's start to the end of the value's line is this key and its comment.
        var start = text.Slice(0, KeyStart(place, 0)).LastIndexOf((byte)'\n') + 1;
        start = Math.Max(start, document.Tree.Source.Origin);
        var rest = text.Slice(value).IndexOf((byte)'\n');
        return (start, (rest < 0 ? text.Length : value + rest + 1) - start);
    }

    /// <summary>Cuts the comma behind the key, or the one before it if it is the last.</summary>
    private static (int Start, int Length) InInlineTable(ReadOnlySpan<byte> text, int start, int end)
    {
        var after = Skip(text, end);
        if (text[after] == ',') return (start, SkipSpace(text, after + 1) - start);
        var before = start;
        while (text[before - 1] is (byte)' ' or (byte)'\t') before--;
        return text[before - 1] == ',' ? (before - 1, end - before + 1) : (start, end - start);
    }

    /// <summary>Where the dotted key of the value begins, seen from a table on the path.</summary>
    private static int KeyStart(TomlPlace place, int from)
    {
        var text = place.Tree.Source.Text;
        var start = place.Tree.KeySpan(place.Last).Start;
        for (var i = place.Nodes.Count - 2; i > from && place.Tree[place.Nodes[i]].Has(NodeFlags.Dotted); i--)
        {
            // The parts before are written anew on each line, so they are found by walking back over 'part.'.
            start = PreviousPart(text, start);
        }

        return start;
    }

    private static int PreviousPart(ReadOnlySpan<byte> text, int start)
    {
        var i = BackOverSpace(text, start) - 1;
        i = BackOverSpace(text, i);
        if (text[i - 1] is not ((byte)'"' or (byte)'\''))
        {
            while (i > 0 && (CharClass.Table[text[i - 1]] & CharClass.BareKey) != 0) i--;
            return i;
        }

        var quote = text[i - 1];
        for (i -= 2; text[i] != quote || (quote == '"' && IsEscaped(text, i)); i--)
        {
        }

        return i;
    }

    private static bool IsEscaped(ReadOnlySpan<byte> text, int i)
    {
        var backslashes = 0;
        while (i - backslashes > 0 && text[i - backslashes - 1] == '\\') backslashes++;
        return backslashes % 2 == 1;
    }

    private static int BackOverSpace(ReadOnlySpan<byte> text, int i)
    {
        while (i > 0 && text[i - 1] is (byte)' ' or (byte)'\t') i--;
        return i;
    }

    private static int SkipSpace(ReadOnlySpan<byte> text, int i)
    {
        while (i < text.Length && text[i] is (byte)' ' or (byte)'\t') i++;
        return i;
    }

    /// <summary>Skips white space, newlines and comments.</summary>
    private static int Skip(ReadOnlySpan<byte> text, int i)
    {
        while (true)
        {
            while (i < text.Length && text[i] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') i++;
            if (i >= text.Length || text[i] != '#') return i;
            i += text.Slice(i).IndexOf((byte)'\n');
        }
    }
}
