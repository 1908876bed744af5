using System;
using System.Collections.Generic;
using System.Globalization;

namespace AnalysisRunner.Toml;

/// <content>What is said about errors.</content>
internal ref partial struct TomlParser
{
    /// <summary>The longest piece of a document that a message repeats, in bytes.</summary>
    private const int QuotedBytes = 40;

    /// <summary>Reports everything that is not UTF-8; false if there is no sense in reading on.</summary>
    private bool CheckEncoding()
    {
        if (_text.StartsWith(new byte[] { 0xFF, 0xFE }) || _text.StartsWith(new byte[] { 0xFE, 0xFF }))
        {
            Report(TomlCodes.InvalidUtf8, 0, 2, "The document is UTF-16. TOML is UTF-8: save it in that encoding.");
            return false;
        }

        if (Utf8Check.IsValid(_text)) return true;
        for (var i = Utf8Check.FirstInvalid(_text, 0); i >= 0 && !_stopped;)
        {
            Report(TomlCodes.InvalidUtf8, i, 1, string.Format(CultureInfo.InvariantCulture, "The byte '0x{0:X2}' is not UTF-8 here. Save the document as UTF-8.", _text[i]));
            var length = _text.Slice(i).IndexOf((byte)'\n');
            var end = length < 0 ? _text.Length : i + length;
            _invalidLines ??= new List<(int, int)>();
            _invalidLines.Add((LineStart(i), end));
            i = Utf8Check.FirstInvalid(_text, end);
        }

        return true;
    }

    private void Report(string code, int start, int length, string message)
    {
        if (_stopped || IsOnInvalidLine(start)) return;
        _errors ??= new List<TomlError>();
        if (_errors.Count == _options.MaximumErrors)
        {
            _stopped = true;
            code = TomlCodes.TooManyErrors;
            message = $"Reading stopped here after '{_errors.Count}' errors. Correct those first.";
        }

        _errors.Add(new TomlError(code, message, _source.Path, _source.Span(start, length)));
    }

    private readonly bool IsOnInvalidLine(int position)
    {
        if (_invalidLines is null) return false;
        foreach (var (start, end) in _invalidLines)
        {
            if (position >= start && position <= end) return true;
        }

        return false;
    }

    /// <summary>Reports that the structure is lost, unless newer syntax, the likely reason, was reported in the same statement.</summary>
    private Outcome Lost(string code, int position, string message)
    {
        if (!_newerSyntaxInStatement) Report(code, position, TokenLength(position), message);
        return Outcome.Lost;
    }

    private void RequireNewerSyntax(int start, int length, string what)
    {
        if (_options.Version != TomlVersion.V1_0 || _newerSyntaxInStatement) return;
        Report(TomlCodes.NewerSyntax, start, length, $"Found {what}, which is TOML 1.1; this document is read as TOML 1.0.");
        _newerSyntaxInStatement = true;
    }

    private void ReportControl(int position)
    {
        var b = _text[position];
        var message = b == '\r'
            ? "Found a carriage return without a line feed. End lines with a line feed, or with both."
            : string.Format(CultureInfo.InvariantCulture, "Found the control character 'U+{0:X4}', which TOML does not allow. In a string in double quotes write '\\u{0:X4}'.", b);
        Report(TomlCodes.ControlCharacter, position, 1, message);
    }

    private bool CheckDepth(int depth, in KeyPart part) => CheckDepth(depth, part.SpanStart, part.SpanLength);

    private bool CheckDepth(int depth, int start, int length = 1)
    {
        if (depth <= _options.MaximumDepth) return true;
        var message = $"Found {Quote(start, length)}, nested deeper than the limit of {_options.MaximumDepth} levels. Flatten the document.";
        Report(TomlCodes.TooDeep, start, length, message);
        return false;
    }

    private void ReportDuplicate(in KeyPart part, int existing) => Report(
        TomlCodes.DuplicateKey,
        part.SpanStart,
        part.SpanLength,
        $"The key {Text(part)} is given already in line {Tree.KeySpan(existing).Line}. Keep one of the two.");

    private int Redefined(in KeyPart part, int existing)
    {
        var what = Tree[existing].Kind == TomlKind.Table ? "defined" : "given a value";
        var message = $"{Text(part)} is {what} already in line {LineOf(existing)}. Merge the two, or rename one.";
        Report(TomlCodes.RedefinedTable, part.SpanStart, part.SpanLength, message);
        return 0;
    }

    private void ReportNotExtensible(in KeyPart part, int existing, string by)
    {
        var node = Tree[existing];
        var what = node.Kind switch
        {
            TomlKind.Table when node.Has(NodeFlags.Inline) => "is an inline table, which is complete as it stands",
            TomlKind.Table => "is a table that is defined elsewhere",
            TomlKind.Array => "is an array",
            var kind => $"is a value of kind {kind}",
        };
        Report(TomlCodes.NotExtensible, part.SpanStart, part.SpanLength, $"{Text(part)} {what} (line {LineOf(existing)}) and cannot be extended by {by}.");
    }

    private readonly int LineOf(int node) => _source.LineOf(Tree[node].Start);

    /// <summary>What stands there, for a message.</summary>
    private readonly string Describe(int position)
    {
        if (position >= _text.Length) return "the end of the document";
        if (IsNewline(position)) return "the end of the line";
        var b = _text[position];
        return CharClass.IsControl(b)
            ? string.Format(CultureInfo.InvariantCulture, "the control character 'U+{0:X4}'", b)
            : b == '#' ? "a comment" : Quote(position, TokenLength(position));
    }

    /// <summary>The length of the word or the character there; 0 at an end of line.</summary>
    private readonly int TokenLength(int position)
    {
        if (position >= _text.Length || IsNewline(position)) return 0;
        var i = position;
        while (i < _text.Length && ((CharClass.Table[_text[i]] & CharClass.Token) != 0 || _text[i] >= 0x80)) i++;
        return Math.Max(1, i - position);
    }

    /// <summary>A piece of the document in quotes, cut when long, without control characters.</summary>
    private readonly string Quote(int start, int length)
    {
        var shown = Math.Min(length, QuotedBytes);
        while (shown > 0 && shown < length && (_text[start + shown] & 0xC0) == 0x80) shown--;
        var characters = _source.Decode(start, shown).ToCharArray();
        for (var i = 0; i < characters.Length; i++)
        {
            if (char.IsControl(characters[i])) characters[i] = '\uFFFD';
        }

        return "'" + new string(characters) + (shown < length ? "…'" : "'");
    }
}
