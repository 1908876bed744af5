using System;

namespace AnalysisRunner.Toml;

/// <content>Numbers, dates, times and booleans.</content>
internal ref partial struct TomlParser
{
    private Outcome ParseScalar(int index)
    {
        var start = _position;
        var end = start;
        var plain = true;
        // Most scalars are a few decimal digits: they are known by the token's end.
        while (end < _text.Length && (CharClass.Table[_text[end]] & CharClass.Token) != 0)
        {
            plain &= CharClass.IsDigit(_text[end]);
            end++;
        }

        if (end == start) return ExpectedValue();
        var length = end - start;
        if (plain && length <= 18 && (length == 1 || _text[start] != '0')) return Integer(index, start, end);

        var token = _text.Slice(start, length);
        var first = token[0];
        if (first is (byte)'t' or (byte)'f')
        {
            if (!token.SequenceEqual("true"u8) && !token.SequenceEqual("false"u8)) return BadWord(start, end);
            Finish(index, TomlKind.Boolean, start, end);
            return Outcome.Read;
        }

        if (CharClass.IsDigit(first) && (token.IndexOf((byte)':') >= 0 || (length > 4 && token[4] == '-' && IsAllDigits(token.Slice(0, 4)))))
        {
            return ParseDateTime(index, start, end);
        }

        var unsigned = first is (byte)'+' or (byte)'-' ? token.Slice(1) : token;
        if (unsigned.SequenceEqual("inf"u8) || unsigned.SequenceEqual("nan"u8))
        {
            Finish(index, TomlKind.Float, start, end);
            return Outcome.Read;
        }

        return CharClass.IsLetter(first) || first == '_' ? BadWord(start, end) : ParseNumber(index, start, end);
    }

    private Outcome ParseDateTime(int index, int start, int end)
    {
        // A date may be parted from its time by a space.
        if (end - start == 10 && end + 3 < _text.Length && _text[end] == ' ' && CharClass.IsDigit(_text[end + 1]) && CharClass.IsDigit(_text[end + 2])
            && _text[end + 3] == ':')
        {
            end++;
            while (end < _text.Length && (CharClass.Table[_text[end]] & CharClass.Token) != 0) end++;
        }

        _position = end;
        if (!DateTimeDecoder.TryRead(_text.Slice(start, end - start), out var kind, out var hasSeconds, out var fault))
        {
            Report(TomlCodes.BadDateTime, start, end - start, $"The date or time {Quote(start, end - start)} {fault}.");
            return Outcome.Bad;
        }

        if (!hasSeconds) RequireNewerSyntax(start, end - start, "a time without seconds");
        Finish(index, kind, start, end);
        return Outcome.Read;
    }

    private Outcome ParseNumber(int index, int start, int end)
    {
        var token = _text.Slice(start, end - start);
        _position = end;
        var radix = token.Length > 1 && token[0] == '0' ? token[1] switch { (byte)'x' => 16, (byte)'o' => 8, (byte)'b' => 2, _ => 10 } : 10;
        if (radix != 10) return ParseRadix(index, start, end, radix);

        var signed = token[0] is (byte)'+' or (byte)'-';
        var i = signed ? 1 : 0;
        var whole = i;
        if (!TryDigits(token, ref i)) return BadNumber(start, end, "digits are missing");
        if (i - whole > 1 && token[whole] == '0') return BadNumber(start, end, "a decimal number may not begin with '0'; put identifiers in quotes");
        if (i == token.Length)
        {
            return NumberDecoder.TryInteger(token, out _) ? Integer(index, start, end) : OutOfRange(start, end);
        }

        if (token[i] == '.')
        {
            i++;
            if (!TryDigits(token, ref i)) return BadNumber(start, end, "a decimal point needs digits on both sides");
        }

        if (i < token.Length && token[i] is (byte)'e' or (byte)'E')
        {
            i++;
            if (i < token.Length && token[i] is (byte)'+' or (byte)'-') i++;
            if (!TryDigits(token, ref i)) return BadNumber(start, end, "the exponent has no digits");
        }

        if (i < token.Length) return BadNumber(start, end, token[i] == '_' ? "each '_' must stand between two digits" : "a text needs quotes");
        Finish(index, TomlKind.Float, start, end);
        return Outcome.Read;
    }

    private Outcome ParseRadix(int index, int start, int end, int radix)
    {
        var digits = _text.Slice(start + 2, end - start - 2);
        for (var i = 0; i < digits.Length; i++)
        {
            var value = CharClass.HexValue(digits[i]);
            var separator = digits[i] == '_' && i > 0 && i + 1 < digits.Length && digits[i - 1] != '_';
            if (!separator && (value < 0 || value >= radix)) return BadNumber(start, end, $"the digits of base {radix} were expected, each '_' between two of them");
        }

        if (digits.Length == 0) return BadNumber(start, end, $"the digits of base {radix} are missing");
        return NumberDecoder.TryInteger(_text.Slice(start, end - start), out _) ? Integer(index, start, end) : OutOfRange(start, end);
    }

    private Outcome Integer(int index, int start, int end)
    {
        Finish(index, TomlKind.Integer, start, end);
        return Outcome.Read;
    }

    private void Finish(int index, TomlKind kind, int start, int end)
    {
        _position = end;
        ref var node = ref Tree[index];
        node.Kind = kind;
        node.Start = start;
        node.Length = end - start;
    }

    private Outcome OutOfRange(int start, int end)
    {
        var message = $"The integer {Quote(start, end - start)} does not fit in 64 bits ({long.MinValue} to {long.MaxValue}). Write a float or a string.";
        Report(TomlCodes.IntegerOutOfRange, start, end - start, message);
        return Outcome.Bad;
    }

    private Outcome BadNumber(int start, int end, string fault)
    {
        Report(TomlCodes.BadNumber, start, end - start, $"The number {Quote(start, end - start)} is malformed: {fault}.");
        return Outcome.Bad;
    }

    private Outcome BadWord(int start, int end)
    {
        _position = end;
        var word = _source.Decode(start, end - start);
        var hint = word.ToUpperInvariant() switch
        {
            "TRUE" or "FALSE" => $"Booleans are lower-case: '{word.ToLowerInvariant()}'.",
            "INF" or "NAN" => $"This float is lower-case: '{word.ToLowerInvariant()}'.",
            "NULL" or "NONE" or "NIL" => "TOML has no null: leave the key out.",
            _ => "A text needs quotes.",
        };
        Report(TomlCodes.ExpectedValue, start, end - start, $"Found {Quote(start, end - start)} where a value was expected. {hint}");
        return Outcome.Bad;
    }

    private Outcome ExpectedValue()
    {
        if (!AtEnd && CharClass.IsControl(_text[_position]) && !IsNewline(_position))
        {
            ReportControl(_position);
            return Outcome.Lost;
        }

        return Lost(TomlCodes.ExpectedValue, _position, $"Found {Describe(_position)} where a value was expected. A text needs quotes.");
    }

    /// <summary>Moves over digits that single underscores may part; false if there are none or an underscore is misplaced.</summary>
    private static bool TryDigits(ReadOnlySpan<byte> token, ref int i)
    {
        if (i >= token.Length || !CharClass.IsDigit(token[i])) return false;
        while (i < token.Length && (CharClass.IsDigit(token[i]) || (token[i] == '_' && i + 1 < token.Length && CharClass.IsDigit(token[i + 1])))) i++;
        return true;
    }

    private static bool IsAllDigits(ReadOnlySpan<byte> text)
    {
        foreach (var b in text)
        {
            if (!CharClass.IsDigit(b)) return false;
        }

        return true;
    }
}
