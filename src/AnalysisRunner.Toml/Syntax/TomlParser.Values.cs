namespace AnalysisRunner.Toml;

/// <content>Values, arrays and inline tables.</content>
internal ref partial struct TomlParser
{
    /// <summary>Reads a value into a node that has its key already.</summary>
    private Outcome ParseValue(int index, int depth)
    {
        if (AtEnd) return ExpectedValue();
        var start = _position;
        switch (_text[start])
        {
            case (byte)'"':
            case (byte)'\'':
                var outcome = ParseString(out var flags);
                ref var node = ref Tree[index];
                node.Start = start;
                node.Length = _position - start;
                node.Kind = TomlKind.String;
                node.Flags |= flags;
                return outcome;
            case (byte)'[':
                return ParseArray(index, depth);
            case (byte)'{':
                return ParseInlineTable(index, depth);
            default:
                return ParseScalar(index);
        }
    }

    private Outcome ParseArray(int index, int depth)
    {
        var start = _position;
        if (!CheckDepth(depth, start)) return Outcome.Lost;
        Tree[index].Kind = TomlKind.Array;
        _open.Add((byte)'[');
        _position++;
        var bad = false;
        while (true)
        {
            var newLine = SkipBlank();
            if (AtEnd || (newLine && BeginsStatement(_position, inArray: true))) return ArrayNotClosed(start);
            if (_text[_position] == ']') break;
            if (_text[_position] == ',') return ExpectedValue();
            var element = Tree.Add(new TomlNode());
            var outcome = ParseValue(element, depth + 1);
            if (outcome == Outcome.Lost) return Outcome.Lost;
            if (outcome == Outcome.Read) Tree.Append(index, element);
            else bad = true;
            SkipBlank();
            if (At(',')) _position++;
            else if (At(']')) break;
            else return outcome == Outcome.Bad ? Outcome.Lost : ArrayNotClosed(start);
        }

        Close(index, start);
        return bad ? Outcome.Bad : Outcome.Read;
    }

    private Outcome ParseInlineTable(int index, int depth)
    {
        var start = _position;
        if (!CheckDepth(depth, start)) return Outcome.Lost;
        Tree[index].Kind = TomlKind.Table;
        // The flag that closes the table to everybody is set only when it is complete: until then nobody else can reach it.
        _open.Add((byte)'{');
        _position++;
        var bad = false;
        var comma = -1;
        while (true)
        {
            var newLine = SkipBlankInTable();
            if (AtEnd || (newLine && BeginsStatement(_position, inArray: false))) return InlineTableNotClosed(start);
            if (_text[_position] == '}')
            {
                if (comma >= 0) RequireNewerSyntax(comma, 1, "a comma after the last key of an inline table");
                break;
            }

            var outcome = ParseKeyValue(index, depth);
            if (outcome == Outcome.Lost) return Outcome.Lost;
            bad |= outcome == Outcome.Bad;
            SkipBlankInTable();
            comma = _position;
            if (At(',')) _position++;
            else if (!At('}')) return outcome == Outcome.Bad ? Outcome.Lost : InlineTableNotClosed(start);
            else break;
        }

        Tree[index].Flags |= NodeFlags.Inline;
        Close(index, start);
        return bad ? Outcome.Bad : Outcome.Read;
    }

    private void Close(int index, int start)
    {
        _open.RemoveAt(_open.Count - 1);
        _position++;
        ref var node = ref Tree[index];
        node.Start = start;
        node.Length = _position - start;
    }

    private Outcome ArrayNotClosed(int start) => Lost(
        TomlCodes.ArrayNotClosed,
        _position,
        $"Found {Describe(_position)} where ',' or ']' should follow in the array that begins in line {_source.LineOf(start)}.");

    private Outcome InlineTableNotClosed(int start) => Lost(
        TomlCodes.InlineTableNotClosed,
        _position,
        $"Found {Describe(_position)} where ',' or '}}' should follow in the inline table that begins in line {_source.LineOf(start)}.");

    /// <summary>Skips white space, newlines and comments in an array; true if there was a newline.</summary>
    private bool SkipBlank()
    {
        var newLine = false;
        while (_position < _text.Length)
        {
            var b = _text[_position];
            if (b is (byte)' ' or (byte)'\t')
            {
                _position++;
            }
            else if (IsNewline(_position))
            {
                newLine = true;
                _position += b == '\r' ? 2 : 1;
            }
            else if (b == '#')
            {
                SkipComment();
            }
            else
            {
                break;
            }
        }

        return newLine;
    }

    private bool SkipBlankInTable()
    {
        SkipSpace();
        if (AtEnd || _text[_position] is not ((byte)'\n' or (byte)'\r' or (byte)'#')) return false;
        var start = _position;
        var newLine = SkipBlank();
        if (newLine) RequireNewerSyntax(start, 0, "a newline in an inline table");
        return newLine;
    }
}
