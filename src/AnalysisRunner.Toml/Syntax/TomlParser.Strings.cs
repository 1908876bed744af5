namespace AnalysisRunner.Toml;

/// <content>The four quotings of strings.</content>
internal ref partial struct TomlParser
{
    private Outcome ParseString(out NodeFlags flags)
    {
        var quote = _text[_position];
        var tripled = _position + 2 < _text.Length && _text[_position + 1] == quote && _text[_position + 2] == quote;
        flags = quote == '\'' ? NodeFlags.Literal : NodeFlags.None;
        if (tripled) flags |= NodeFlags.Multiline;
        return tripled ? ParseMultilineString(quote, ref flags) : quote == '"' ? ParseBasicString(ref flags) : ParseLiteralString();
    }

    private Outcome ParseBasicString(ref NodeFlags flags)
    {
        var start = _position;
        var bad = false;
        for (var i = start + 1; ;)
        {
            i = CharClass.SkipBasicText(_text, i);
            if (i >= _text.Length || IsNewline(i)) return Unterminated(start, i, "\"");
            switch (_text[i])
            {
                case (byte)'"':
                    _position = i + 1;
                    return bad ? Outcome.Bad : Outcome.Read;
                case (byte)'\\':
                    flags |= NodeFlags.Escaped;
                    bad |= !TryEscape(ref i, multiline: false);
                    break;
                default:
                    ReportControl(i++);
                    bad = true;
                    break;
            }
        }
    }

    private Outcome ParseLiteralString()
    {
        var start = _position;
        var bad = false;
        for (var i = start + 1; ; i++)
        {
            i = CharClass.SkipLiteralText(_text, i);
            if (i >= _text.Length || IsNewline(i)) return Unterminated(start, i, "'");
            if (_text[i] == '\'')
            {
                _position = i + 1;
                return bad ? Outcome.Bad : Outcome.Read;
            }

            ReportControl(i);
            bad = true;
        }
    }

    private Outcome ParseMultilineString(byte quote, ref NodeFlags flags)
    {
        var start = _position;
        var bad = false;
        for (var i = start + 3; i < _text.Length;)
        {
            var b = _text[i];
            if (b == quote)
            {
                var quotes = 1;
                while (i + quotes < _text.Length && _text[i + quotes] == quote) quotes++;
                i += quotes;
                if (quotes < 3) continue;
                // Up to two quotes may stand before the closing three; what comes after five is not part of the string.
                _position = quotes > 5 ? i - quotes + 5 : i;
                return bad ? Outcome.Bad : Outcome.Read;
            }

            if (b == '\\' && quote == '"')
            {
                flags |= NodeFlags.Escaped;
                bad |= !TryEscape(ref i, multiline: true);
            }
            else if (b == '\r' && IsNewline(i))
            {
                flags |= NodeFlags.Escaped;
                i += 2;
            }
            else
            {
                if (CharClass.IsControl(b) && b != '\n')
                {
                    ReportControl(i);
                    bad = true;
                }

                i++;
            }
        }

        var close = quote == '"' ? "\"\"\"" : "'''";
        _position = _text.Length;
        Report(TomlCodes.UnterminatedString, start, 3, $"The string that begins here is not closed. Close it with {close}.");
        return Outcome.Lost;
    }

    private Outcome Unterminated(int start, int end, string close)
    {
        _position = end;
        var message = $"The string {Quote(start, end - start)} is not closed before the end of its line. Close it with {close}.";
        Report(TomlCodes.UnterminatedString, start, end - start, message);
        return Outcome.Lost;
    }

    /// <summary>Checks the escape at <paramref name="i"/> and moves beyond it; false after reporting a bad one.</summary>
    private bool TryEscape(ref int i, bool multiline)
    {
        var start = i++;
        // A backslash at the end is followed by the error for the missing quote.
        if (i >= _text.Length || (!multiline && IsNewline(i))) return true;
        var c = _text[i];
        if (multiline && (c is (byte)' ' or (byte)'\t' || IsNewline(i))) return TryLineContinuation(start, ref i);
        i++;
        switch (c)
        {
            case (byte)'b' or (byte)'t' or (byte)'n' or (byte)'f' or (byte)'r' or (byte)'"' or (byte)'\\':
                return true;
            case (byte)'e':
                RequireNewerSyntax(start, 2, "the escape '\\e'");
                return true;
            case (byte)'x':
                RequireNewerSyntax(start, 2, "the escape '\\x'");
                return TryCodePoint(start, ref i, 2);
            case (byte)'u':
                return TryCodePoint(start, ref i, 4);
            case (byte)'U':
                return TryCodePoint(start, ref i, 8);
        }

        // The whole character goes into the message, not its first byte.
        while (i < _text.Length && (_text[i] & 0xC0) == 0x80) i++;
        var message = $"The escape {Quote(start, i - start)} does not exist. Write '\\\\' for a backslash, or put the text in single quotes.";
        Report(TomlCodes.BadEscape, start, i - start, message);
        return false;
    }

    private bool TryLineContinuation(int start, ref int i)
    {
        while (i < _text.Length && _text[i] is (byte)' ' or (byte)'\t') i++;
        if (i >= _text.Length || IsNewline(i)) return true;
        Report(TomlCodes.BadEscape, start, i - start, "A backslash before white space must be the last thing on its line. Write '\\\\' for a backslash.");
        return false;
    }

    private bool TryCodePoint(int start, ref int i, int digits)
    {
        if (StringDecoder.CodePoint(_text, i, digits) >= 0)
        {
            i += digits;
            return true;
        }

        var end = i;
        while (end < _text.Length && end < i + digits && CharClass.HexValue(_text[end]) >= 0) end++;
        var message = end < i + digits
            ? $"The escape {Quote(start, end - start)} needs {digits} hexadecimal digits."
            : $"The escape {Quote(start, end - start)} is not a Unicode scalar value.";
        i = end;
        Report(TomlCodes.BadEscape, start, end - start, message);
        return false;
    }
}
