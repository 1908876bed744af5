using System;

namespace AnalysisRunner.Toml;

/// <content>Where to go on after an error.</content>
internal ref partial struct TomlParser
{
    private const int MaximumFailedSearches = 4;

    /// <summary>
    /// Moves to where the next statement begins: the next line, or, inside brackets, behind the one that closes the outermost; but a line
    /// that can only be a new statement shows that the bracket is missing.
    /// </summary>
    private void Recover()
    {
        if (_open.Count == 0)
        {
            SkipToLineEnd();
            return;
        }

        var lost = _position;
        var lineStart = LineStart(lost);
        if (lineStart > _statementStart && BeginsStatement(lineStart, InArray) && IsBlank(lineStart, lost))
        {
            _position = lineStart;
        }
        else if (!TrySkipBrackets())
        {
            // Nothing closes the brackets. If the error is at the start of a line that may be a statement, read it as one.
            _position = lost;
            if (lineStart > _statementStart && IsBlank(lineStart, lost) && BeginsStatement(lineStart, inArray: true)) _position = lineStart;
            else SkipToLineEnd();
        }

        _open.Clear();
    }

    private readonly bool InArray => _open[_open.Count - 1] == '[';

    /// <summary>Moves to the end of the line where the outermost bracket closes, or to the line that shows that it does not.</summary>
    private bool TrySkipBrackets()
    {
        // Each search that fails went through the rest of the document; without a limit, many typos in a long one would take forever.
        while (!AtEnd && _failedSearches < MaximumFailedSearches)
        {
            switch (_text[_position])
            {
                case (byte)'\n':
                    _position++;
                    if (BeginsStatement(_position, InArray)) return true;
                    break;
                case (byte)'#':
                    SkipToLineEnd();
                    break;
                case (byte)'"':
                case (byte)'\'':
                    SkipString();
                    break;
                case (byte)'[':
                case (byte)'{':
                    _open.Add(_text[_position++]);
                    break;
                case (byte)']':
                case (byte)'}':
                    _open.RemoveAt(_open.Count - 1);
                    _position++;
                    if (_open.Count > 0) break;
                    SkipToLineEnd();
                    return true;
                default:
                    _position++;
                    break;
            }
        }

        _failedSearches++;
        return false;
    }

    /// <summary>Moves behind a string, without judging it; one that is not closed ends with its line.</summary>
    private void SkipString()
    {
        var quote = _text[_position];
        ReadOnlySpan<byte> triple = quote == '"' ? "\"\"\""u8 : "'''"u8;
        if (_text.Slice(_position).StartsWith(triple))
        {
            var i = _position + 3;
            for (; i < _text.Length && !_text.Slice(i).StartsWith(triple); i++)
            {
                if (_text[i] == '\\' && quote == '"') i++;
            }

            _position = Math.Min(i + 3, _text.Length);
            return;
        }

        for (_position++; !AtEnd && _text[_position] != '\n'; _position++)
        {
            if (_text[_position] == quote)
            {
                _position++;
                return;
            }

            if (_text[_position] == '\\' && quote == '"' && _position + 1 < _text.Length && _text[_position + 1] != '\n') _position++;
        }
    }

    /// <summary>
    /// Whether the text there can be nothing but a new statement: a header; or, in an array, <c>key =</c>. (In an inline table a key is at home.)
    /// </summary>
    private readonly bool BeginsStatement(int position, bool inArray)
    {
        var i = SkipSpaceFrom(position);
        if (i >= _text.Length) return false;
        return _text[i] == '[' ? IsHeader(i) : inArray && TryKeys(ref i, out _) && i < _text.Length && _text[i] == '=';
    }

    private readonly bool IsHeader(int i)
    {
        var isArray = i + 1 < _text.Length && _text[i + 1] == '[';
        i = SkipSpaceFrom(isArray ? i + 2 : i + 1);
        var start = i;
        // Only what begins with a letter: [1] and ["a"] are arrays just as well.
        if (i >= _text.Length || !(CharClass.IsLetter(_text[i]) || _text[i] == '_') || !TryKeys(ref i, out var end)) return false;
        var key = _text.Slice(start, end - start);
        if (key.SequenceEqual("true"u8) || key.SequenceEqual("false"u8) || key.SequenceEqual("inf"u8) || key.SequenceEqual("nan"u8)) return false;
        for (var brackets = isArray ? 2 : 1; brackets > 0; brackets--)
        {
            if (i >= _text.Length || _text[i++] != ']') return false;
        }

        i = SkipSpaceFrom(i);
        return i >= _text.Length || _text[i] == '#' || IsNewline(i);
    }

    /// <summary>Moves over a dotted key and the space behind it.</summary>
    private readonly bool TryKeys(ref int i, out int end)
    {
        while (true)
        {
            var start = i;
            if (i < _text.Length && _text[i] is (byte)'"' or (byte)'\'')
            {
                var quote = _text[i++];
                while (i < _text.Length && _text[i] != quote && _text[i] != '\n')
                {
                    i += _text[i] == '\\' && quote == '"' && !IsNewline(i + 1) ? 2 : 1;
                }

                if (i >= _text.Length || _text[i] != quote)
                {
                    end = i;
                    return false;
                }

                i++;
            }
            else
            {
                while (i < _text.Length && (CharClass.Table[_text[i]] & CharClass.BareKey) != 0) i++;
            }

            end = i;
            if (i == start) return false;
            i = SkipSpaceFrom(i);
            if (i >= _text.Length || _text[i] != '.') return true;
            i = SkipSpaceFrom(i + 1);
        }
    }

    private readonly int SkipSpaceFrom(int i)
    {
        while (i < _text.Length && _text[i] is (byte)' ' or (byte)'\t') i++;
        return i;
    }

    private readonly int LineStart(int position) => _text.Slice(0, position).LastIndexOf((byte)'\n') + 1;

    private readonly bool IsBlank(int start, int end) => SkipSpaceFrom(start) >= end;

    private void SkipToLineEnd()
    {
        var newline = _text.Slice(_position).IndexOf((byte)'\n');
        _position = newline < 0 ? _text.Length : _position + newline;
    }
}
