using System;
using System.Collections.Generic;

namespace AnalysisRunner.Toml;

/// <summary>
/// Reads a document in one pass. After an error it goes on where the next statement can be told to begin, so that one typo is one error.
/// </summary>
internal ref partial struct TomlParser
{
    private readonly TomlSource _source;
    private readonly TomlOptions _options;
    private readonly ReadOnlySpan<byte> _text;
    private readonly List<int> _openDotted;

    /// <summary>The brackets that are open, innermost last. Left as they were when the structure is lost, for recovery.</summary>
    private readonly List<byte> _open;

    /// <summary>Where lines with invalid UTF-8 begin and end: whatever else is wrong there follows from that.</summary>
    private List<(int Start, int End)>? _invalidLines;

    private List<TomlError>? _errors;
    private int _position;
    private int _current;
    private int _currentDepth;
    private int _statementStart;
    private int _failedSearches;
    private bool _stopped;

    /// <summary>Newer syntax was reported in this statement: what then goes wrong follows from it.</summary>
    private bool _newerSyntaxInStatement;

    public TomlParser(TomlSource source, TomlOptions options)
    {
        _source = source;
        _options = options;
        _text = source.Text;
        _openDotted = new List<int>();
        _open = new List<byte>();
        Tree = new TomlTree(source);
        _errors = null;
        _invalidLines = null;
        _position = source.Origin;
        _current = 0;
        _currentDepth = 0;
        _statementStart = 0;
        _failedSearches = 0;
        _stopped = false;
        _newerSyntaxInStatement = false;
    }

    /// <summary>How a construct ended.</summary>
    private enum Outcome
    {
        /// <summary>It was read.</summary>
        Read,

        /// <summary>It is wrong and was reported, but its end is known.</summary>
        Bad,

        /// <summary>It is wrong and was reported, and its end is not known.</summary>
        Lost,
    }

    public TomlTree Tree { get; }

    private readonly bool AtEnd => _position >= _text.Length;

    public IReadOnlyList<TomlError> Run()
    {
        if (CheckEncoding())
        {
            while (!_stopped && SkipToStatement()) ParseStatement();
        }

        if (_errors is null) return Array.Empty<TomlError>();
        // Encoding is checked before the rest. List.Sort is not stable, hence the tie-break.
        var order = new Dictionary<TomlError, int>(_errors.Count);
        foreach (var error in _errors) order[error] = order.Count;
        _errors.Sort((a, b) => a.Span.Start != b.Span.Start ? a.Span.Start.CompareTo(b.Span.Start) : order[a].CompareTo(order[b]));
        return _errors.AsReadOnly();
    }

    private void ParseStatement()
    {
        _statementStart = _position;
        _newerSyntaxInStatement = false;
        var outcome = _text[_position] == '[' ? ParseHeader() : ParseKeyValue(_current, _currentDepth);
        if (outcome == Outcome.Read) ParseEndOfLine();
        else Recover();
    }

    private Outcome ParseHeader()
    {
        var start = _position;
        var isArray = start + 1 < _text.Length && _text[start + 1] == '[';
        _position += isArray ? 2 : 1;
        foreach (var dotted in _openDotted) Tree[dotted].Flags |= NodeFlags.Closed;
        _openDotted.Clear();
        var outcome = ParseHeader(start, isArray, out _current, out _currentDepth);
        // The keys below a header that is wrong go to a table that nothing refers to.
        if (_current == 0) _current = Tree.Add(new TomlNode { Kind = TomlKind.Table, Flags = NodeFlags.Explicit });
        return outcome;
    }

    private Outcome ParseHeader(int start, bool isArray, out int table, out int depth)
    {
        table = 0;
        depth = 1;
        var parent = 0;
        var bad = false;
        KeyPart part;
        while (true)
        {
            SkipSpace();
            var outcome = ParseKeyPart(out part);
            if (outcome == Outcome.Lost) return Outcome.Lost;
            bad |= outcome == Outcome.Bad;
            SkipSpace();
            if (!At('.')) break;
            _position++;
            if (!bad) bad = !TryDescendHeader(ref parent, ref depth, part);
        }

        if (!At(']') || (isArray && !(_position + 1 < _text.Length && _text[_position + 1] == ']')))
        {
            var close = isArray ? "]]" : "]";
            return Lost(TomlCodes.HeaderNotClosed, _position, $"Found {Describe(_position)} where '{close}' should end the table header.");
        }

        _position += isArray ? 2 : 1;
        if (bad || !CheckDepth(depth, part)) return Outcome.Read;
        var header = new TomlNode { Kind = TomlKind.Table, Start = start, Length = _position - start, Flags = NodeFlags.Explicit };
        table = isArray ? DefineElement(parent, part, header) : DefineTable(parent, part, header);
        if (isArray) depth++;
        return Outcome.Read;
    }

    private int DefineTable(int parent, in KeyPart part, TomlNode header)
    {
        var existing = Tree.Find(parent, Content(part));
        if (existing == 0)
        {
            SetKey(ref header, part);
            var table = Tree.Add(header);
            Tree.Append(parent, table);
            return table;
        }

        ref var node = ref Tree[existing];
        if (node.Kind != TomlKind.Table || !node.Has(NodeFlags.Implied)) return Redefined(part, existing);
        node.Flags = (node.Flags & ~NodeFlags.Implied) | NodeFlags.Explicit;
        node.Start = header.Start;
        node.Length = header.Length;
        return existing;
    }

    private int DefineElement(int parent, in KeyPart part, in TomlNode header)
    {
        var array = Tree.Find(parent, Content(part));
        if (array == 0)
        {
            var node = new TomlNode { Kind = TomlKind.Array, Start = header.Start, Length = header.Length, Flags = NodeFlags.ArrayOfTables };
            SetKey(ref node, part);
            array = Tree.Add(node);
            Tree.Append(parent, array);
        }
        else if (!Tree[array].Has(NodeFlags.ArrayOfTables))
        {
            return Redefined(part, array);
        }

        var element = Tree.Add(header);
        Tree.Append(array, element);
        return element;
    }

    /// <summary>Skips white space, newlines and comments; false at the end of the document.</summary>
    private bool SkipToStatement()
    {
        while (_position < _text.Length)
        {
            var b = _text[_position];
            if (b is (byte)' ' or (byte)'\t' or (byte)'\n') _position++;
            else if (b == '\r' && IsNewline(_position)) _position += 2;
            else if (b == '#') SkipComment();
            else return true;
        }

        return false;
    }

    private void ParseEndOfLine()
    {
        SkipSpace();
        if (AtEnd) return;
        var b = _text[_position];
        if (b == '#')
        {
            SkipComment();
            return;
        }

        if (b == '\n' || IsNewline(_position)) return;
        if (CharClass.IsControl(b)) ReportControl(_position);
        else ReportExpectedEndOfLine();
        SkipToLineEnd();
    }

    private void ReportExpectedEndOfLine() => Report(
        TomlCodes.ExpectedEndOfLine,
        _position,
        TokenLength(_position),
        $"Found {Describe(_position)} where the line should end. Each key and header needs a line of its own.");

    private void SkipComment()
    {
        var reported = false;
        for (var i = _position + 1; ; i++)
        {
            i = CharClass.SkipText(_text, i);
            _position = i;
            if (i >= _text.Length || _text[i] == '\n' || IsNewline(i)) return;
            if (!reported) ReportControl(i);
            reported = true;
        }
    }

    private void SkipSpace()
    {
        while (_position < _text.Length && _text[_position] is (byte)' ' or (byte)'\t') _position++;
    }

    private readonly bool At(char c) => _position < _text.Length && _text[_position] == c;

    /// <summary>Whether a newline of one or two bytes begins there.</summary>
    private readonly bool IsNewline(int position) =>
        position < _text.Length && (_text[position] == '\n'
            || (_text[position] == '\r' && position + 1 < _text.Length && _text[position + 1] == '\n'));
}
