using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace AnalysisRunner.Pipelines.Commands;

/// <summary>
/// Reads a bash script from left to right and knows at each point which quoting applies there. It errs towards <see cref="ShellPlace.Unsafe"/>: what
/// it does not follow exactly, it refuses rather than guesses.
/// </summary>
internal sealed partial class ShellContext
{
    // What the loop over characters need not look at where nothing but text is expected.
    private static readonly SearchValues<char> TopSyntax = SearchValues.Create("'\"#()<$`\\\n");
    private static readonly SearchValues<char> DoubleQuotesSyntax = SearchValues.Create("\"$`\\");

    private readonly Stack<Frame> _frames = new(4);
    private char _last;
    private bool _escaping;
    private bool _dollar;
    private bool _subscript;
    private string? _lost;

    public ShellContext() => Restart();

    private enum Frame
    {
        Top,
        Parenthesis,
        Single,
        Double,
        AnsiC,
        Parameter,
        Arithmetic,
        Backtick,
        Comment,
        HereDocument,
    }

    /// <summary>Why the current place is unsafe, as the end of a sentence that begins with "stands"; null when it is not.</summary>
    public string? Obstacle
    {
        get
        {
            if (_lost is not null) return _lost;
            if (_escaping) return "right after a backslash, which would escape its quote";
            if (_dollar && _frames.Peek() is not (Frame.Single or Frame.Comment)) return "right after a \"$\"; write {value} for a value of C#, and ${{name}} for a variable of the shell";
            if (_subscript) return "in the subscript of an array, which the shell evaluates";
            foreach (var frame in _frames)
            {
                switch (frame)
                {
                    case Frame.AnsiC: return "within $'…'";
                    case Frame.Backtick: return "within backticks; use $(…)";
                    case Frame.Comment: return "in a comment, which a line break in the value would end";
                    case Frame.HereDocument: return "in a here-document, which the value could end; use printf '%s\\n' {value}";
                    case Frame.Parameter: return "within ${…}; give the value to a variable first";
                    case Frame.Parenthesis: return null; // A command of its own: what is outside of it does not matter.
                }
            }
            return null;
        }
    }

    /// <summary>The place after everything that was read so far.</summary>
    public ShellPlace Place => Obstacle is not null
        ? ShellPlace.Unsafe
        : IsInArithmetic() ? ShellPlace.Arithmetic : _frames.Peek() switch
        {
            Frame.Single => ShellPlace.SingleQuotes,
            Frame.Double => ShellPlace.DoubleQuotes,
            _ => ShellPlace.Plain,
        };

    /// <summary>What is still open at the end of a command; null when it is complete.</summary>
    public string? Unfinished => _escaping
        ? "in a backslash"
        : _documentMayEnd ? null : (_frames.Peek() == Frame.Top ? Frame.Top : _frames.First(frame => frame != Frame.Comment)) switch
        {
            Frame.Top => _announced is { Count: > 0 } ? "before the text of a here-document" : null,
            Frame.Single or Frame.AnsiC => "within single quotes",
            Frame.Double => "within double quotes",
            Frame.Backtick => "within backticks",
            Frame.Parameter => "within ${…}",
            Frame.HereDocument => "before the end of a here-document",
            _ => "within parentheses",
        };

    /// <summary>Begins another script.</summary>
    public void Restart()
    {
        _frames.Clear();
        _frames.Push(Frame.Top);
        _announced?.Clear();
        (_last, _escaping, _dollar, _subscript, _documentMayEnd, _lost) = ('\n', false, false, false, false, null);
    }

    /// <summary>A value was put here; it is a part of a word.</summary>
    public void PassHole()
    {
        (_last, _dollar, _subscript) = ('x', false, false);
    }

    /// <summary>Reads on.</summary>
    [MethodImpl(HotPath.Method)]
    public void Read(string script)
    {
        for (var i = 0; i < script.Length; i++)
        {
            if (!_escaping && SkipText(script, ref i)) break;
            var c = script[i];
            var next = i + 1 < script.Length ? script[i + 1] : '\0';
            if (_escaping)
            {
                (_escaping, _last) = (false, 'x');
                continue;
            }

            switch (_frames.Peek())
            {
                case Frame.Single:
                    if (c == '\'') _frames.Pop();
                    break;
                case Frame.AnsiC:
                    if (c == '\\') _escaping = true;
                    else if (c == '\'') _frames.Pop();
                    break;
                case Frame.Backtick:
                    if (c == '\\') _escaping = true;
                    else if (c == '`') _frames.Pop();
                    break;
                case Frame.Comment when c != '\n':
                    break;
                case Frame.HereDocument:
                    i = SkipHereDocument(script, i);
                    continue;
                case Frame.Double:
                    if (c == '"') _frames.Pop();
                    else i = ReadExpansion(script, i);
                    break;
                case Frame.Parameter:
                    if (c == '}') _frames.Pop();
                    else if (c == '"') _frames.Push(Frame.Double);
                    // In "${a:-'b'}" the single quote means itself, in "${a#'b'}" it quotes.
                    else if (c == '\'' && _frames.Contains(Frame.Double)) _lost = "after single quotes within ${…}, which cannot be followed";
                    else if (c == '\'') _frames.Push(Frame.Single);
                    else i = ReadExpansion(script, i);
                    break;
                case Frame.Arithmetic:
                    if (c == ')') _frames.Pop();
                    else if (c == '(') _frames.Push(Frame.Arithmetic);
                    else if (c == '"') _frames.Push(Frame.Double);
                    else if (c == '\'') _lost = "after single quotes within ((…)), which cannot be followed";
                    else i = ReadExpansion(script, i);
                    break;
                default:
                    i = ReadPlain(script, i, c, next);
                    break;
            }
            _last = script[i];
            _dollar = _last == '$' && i == script.Length - 1 && !_dollar;
        }
        // A name and a bracket.
        _subscript = _frames.Peek() is Frame.Top or Frame.Parenthesis && script is [.., var name, '['] && (char.IsAsciiLetterOrDigit(name) || name == '_');
    }

    /// <summary>Goes on to the next character that means something; whether there is none.</summary>
    [MethodImpl(HotPath.Method)]
    private bool SkipText(string script, ref int i)
    {
        var syntax = _frames.Peek() switch
        {
            Frame.Top => TopSyntax,
            Frame.Double => DoubleQuotesSyntax,
            _ => null,
        };
        var length = syntax is null ? 0 : script.AsSpan(i).IndexOfAny(syntax);
        if (length == 0) return false;
        i = length < 0 ? script.Length : i + length;
        (_last, _dollar) = (script[i - 1], false);
        return i == script.Length;
    }

    private bool IsInArithmetic()
    {
        foreach (var frame in _frames)
        {
            if (frame == Frame.Parenthesis) return false;
            if (frame == Frame.Arithmetic) return true;
        }
        return false;
    }

    private int ReadPlain(string script, int i, char c, char next)
    {
        var wordStart = char.IsWhiteSpace(_last) || _last is ';' or '&' or '|' or '(' or ')' or '<' or '>';
        switch (c)
        {
            case '\n':
                if (_frames.Peek() == Frame.Comment) _frames.Pop();
                if (_announced is { Count: > 0 }) _frames.Push(Frame.HereDocument);
                return i;
            case '\'':
                _frames.Push(Frame.Single);
                return i;
            case '"':
                _frames.Push(Frame.Double);
                return i;
            case '#' when wordStart:
                _frames.Push(Frame.Comment);
                return i;
            case '(':
                return Open(script, i);
            case ')':
                if (_frames.Peek() == Frame.Parenthesis) _frames.Pop();
                return i;
            case '<' when next == '<':
                return ReadHereDocument(script, i);
            case 'c' when wordStart && _frames.Contains(Frame.Double) && CaseWord().IsMatch(script, i):
                // The ")" of a pattern would look like the end of the substitution.
                _lost = "after a \"case\" within a substitution, which cannot be followed";
                return i;
            case '$' when next == '\'':
                _frames.Push(Frame.AnsiC);
                return i + 1;
            default:
                return ReadExpansion(script, i);
        }
    }

    /// <summary>What begins with a backslash, a dollar sign or a backtick, inside double quotes and out.</summary>
    private int ReadExpansion(string script, int i)
    {
        var next = i + 1 < script.Length ? script[i + 1] : '\0';
        switch (script[i])
        {
            case '\\':
                _escaping = true;
                return i;
            case '`':
                _frames.Push(Frame.Backtick);
                return i;
            case '$' when next == '(':
                return Open(script, i + 1);
            case '$' when next == '{':
                _frames.Push(Frame.Parameter);
                return i + 1;
            case '$' when next == '[':
                _lost = "after \"$[\", the old form of $((…))";
                return i + 1;
            case '$' when next is '$' or '#' or '!' or '?' or '*' or '@' or '-':
                // The dollar of "$$" begins nothing further.
                _dollar = true;
                return i + 1;
            default:
                return i;
        }
    }

    private int Open(string script, int i)
    {
        if (i + 1 < script.Length && script[i + 1] == '(')
        {
            _frames.Push(Frame.Arithmetic);
            _frames.Push(Frame.Arithmetic);
            return i + 1;
        }
        _frames.Push(Frame.Parenthesis);
        return i;
    }

    [GeneratedRegex(@"\Gcase(?:\s|\z)", RegexOptions.CultureInvariant)]
    private static partial Regex CaseWord();
}
