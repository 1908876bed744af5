using System;

namespace AnalysisRunner.Toml;

/// <content>Keys: bare, quoted, dotted; and the tables that they lead to.</content>
internal ref partial struct TomlParser
{
    private Outcome ParseKeyValue(int table, int depth)
    {
        var bad = false;
        KeyPart part;
        while (true)
        {
            var outcome = ParseKeyPart(out part);
            if (outcome == Outcome.Lost) return Outcome.Lost;
            bad |= outcome == Outcome.Bad;
            SkipSpace();
            if (!At('.')) break;
            _position++;
            SkipSpace();
            if (!bad) bad = !TryDescend(ref table, ref depth, part);
        }

        if (!At('='))
        {
            return Lost(TomlCodes.ExpectedEquals, _position, $"Found {Describe(_position)} where '=' should follow the key {Text(part)}.");
        }

        _position++;
        SkipSpace();
        var existing = bad ? 0 : Tree.Find(table, Content(part));
        var node = new TomlNode();
        SetKey(ref node, part);
        var index = Tree.Add(node);
        var result = ParseValue(index, depth + 1);
        if (existing != 0)
        {
            // The value's own error, if any, is enough.
            if (result == Outcome.Read) ReportDuplicate(part, existing);
            return result;
        }

        if (bad || result != Outcome.Read) return result;
        Tree.Append(table, index);
        return Outcome.Read;
    }

    private Outcome ParseKeyPart(out KeyPart part)
    {
        part = default;
        var start = _position;
        if (AtEnd) return ExpectedKey();
        var b = _text[start];
        if ((CharClass.Table[b] & CharClass.BareKey) != 0)
        {
            var i = start + 1;
            while (i < _text.Length && (CharClass.Table[_text[i]] & CharClass.BareKey) != 0) i++;
            _position = i;
            part = i - start <= ushort.MaxValue
                ? new KeyPart(start, i - start, start, i - start, NodeFlags.None)
                : KeepAside(_text.Slice(start, i - start).ToArray(), start, i - start);
            return Outcome.Read;
        }

        if (b is not ((byte)'"' or (byte)'\'')) return ExpectedKey();
        if (start + 2 < _text.Length && _text[start + 1] == b && _text[start + 2] == b)
        {
            return Lost(TomlCodes.ExpectedKey, start, "Found a string in triple quotes where a key was expected. Put the key in single or double quotes.");
        }

        var outcome = ParseString(out var flags);
        if (outcome == Outcome.Lost) return Outcome.Lost;
        var length = _position - start;
        if ((flags & NodeFlags.Escaped) == 0 && length <= ushort.MaxValue)
        {
            part = new KeyPart(start + 1, length - 2, start, length, NodeFlags.QuotedKey);
            return outcome;
        }

        var content = Array.Empty<byte>();
        if (outcome == Outcome.Read)
        {
            var buffer = new byte[length - 2];
            content = buffer.AsSpan(0, StringDecoder.Unescape(_text.Slice(start + 1, length - 2), buffer, literal: b == '\'')).ToArray();
        }

        part = KeepAside(content, start, length);
        return outcome;
    }

    private readonly KeyPart KeepAside(byte[] content, int start, int length) =>
        new KeyPart(Tree.AddEscapedKey(content, start, length), content.Length, start, length, NodeFlags.EscapedKey);

    private Outcome ExpectedKey()
    {
        if (!AtEnd && CharClass.IsControl(_text[_position]) && !IsNewline(_position))
        {
            ReportControl(_position);
            return Outcome.Lost;
        }

        var hint = !AtEnd && _text[_position] >= 0x80 ? " A key with other characters than letters, digits, '_' and '-' needs quotes." : "";
        return Lost(TomlCodes.ExpectedKey, _position, $"Found {Describe(_position)} where a key was expected.{hint}");
    }

    /// <summary>Follows one part of a dotted key, making the table if need be; false after reporting that it cannot.</summary>
    private bool TryDescend(ref int table, ref int depth, in KeyPart part)
    {
        depth++;
        if (!CheckDepth(depth, part)) return false;
        var existing = Tree.Find(table, Content(part));
        if (existing == 0)
        {
            table = AddTable(table, part, NodeFlags.Dotted);
            _openDotted.Add(table);
            return true;
        }

        ref var node = ref Tree[existing];
        if (node.Kind != TomlKind.Table || node.Has(NodeFlags.Inline | NodeFlags.Explicit | NodeFlags.Closed))
        {
            ReportNotExtensible(part, existing, "a dotted key");
            return false;
        }

        if (node.Has(NodeFlags.Implied))
        {
            node.Flags = (node.Flags & ~NodeFlags.Implied) | NodeFlags.Dotted;
            _openDotted.Add(existing);
        }

        table = existing;
        return true;
    }

    /// <summary>Follows one part of a header before the last, making the table if need be; false after reporting that it cannot.</summary>
    private bool TryDescendHeader(ref int table, ref int depth, in KeyPart part)
    {
        if (!CheckDepth(depth, part)) return false;
        depth++;
        var existing = Tree.Find(table, Content(part));
        if (existing == 0)
        {
            table = AddTable(table, part, NodeFlags.Implied);
            return true;
        }

        ref var node = ref Tree[existing];
        if (node.Has(NodeFlags.ArrayOfTables))
        {
            depth++;
            table = Tree.Last(existing);
            return true;
        }

        if (node.Kind != TomlKind.Table || node.Has(NodeFlags.Inline))
        {
            ReportNotExtensible(part, existing, "a table header");
            return false;
        }

        table = existing;
        return true;
    }

    private readonly int AddTable(int parent, in KeyPart part, NodeFlags flags)
    {
        var node = new TomlNode { Kind = TomlKind.Table, Start = part.SpanStart, Length = part.SpanLength, Flags = flags };
        SetKey(ref node, part);
        var table = Tree.Add(node);
        Tree.Append(parent, table);
        return table;
    }

    private static void SetKey(ref TomlNode node, in KeyPart part)
    {
        node.KeyStart = part.Start;
        node.KeyLength = part.Length;
        node.Flags |= part.Flags;
    }

    private readonly ReadOnlySpan<byte> Content(in KeyPart part) =>
        (part.Flags & NodeFlags.EscapedKey) != 0 ? Tree.EscapedKeyContent(part.Start) : _text.Slice(part.Start, part.Length);

    private readonly string Text(in KeyPart part) => Quote(part.SpanStart, part.SpanLength);

    /// <summary>One part of a key: where its content is (or its number among the decoded ones), and where it stands with its quotes.</summary>
    private readonly struct KeyPart
    {
        public KeyPart(int start, int length, int spanStart, int spanLength, NodeFlags flags)
        {
            Start = start;
            Length = length;
            SpanStart = spanStart;
            SpanLength = spanLength;
            Flags = flags;
        }

        public int Start { get; }

        public int Length { get; }

        public int SpanStart { get; }

        public int SpanLength { get; }

        public NodeFlags Flags { get; }
    }
}
