using System.Globalization;
using System.Text;

namespace AnalysisRunner.Server.Pages.Logs;

/// <summary>
/// Reads the colours of terminal output (ECMA-48, SGR) and drops every other control sequence, so that what a program printed can neither move a reader's
/// cursor nor hide text. Keeps its state between pieces of one log; a sequence may be cut anywhere.
/// </summary>
public sealed class AnsiText
{
    private const int LongestSequence = 64;

    private readonly StringBuilder _sequence = new();
    private readonly StringBuilder _text = new();
    private bool _isBold;
    private bool _isItalic;
    private bool _isUnderlined;
    private int? _foreground;
    private int? _background;
    private bool _wasReturn;

    private enum Reading
    {
        Text,
        Escape,
        Control,
        String,
        StringEscape,
    }

    private Reading _reading;

    /// <summary>The styled pieces of the next part of the log.</summary>
    public IReadOnlyList<AnsiSegment> Read(ReadOnlySpan<char> part)
    {
        var segments = new List<AnsiSegment>();
        foreach (var c in part) Next(c, segments);
        Flush(segments);
        return segments;
    }

    private void Next(char c, List<AnsiSegment> segments)
    {
        switch (_reading)
        {
            case Reading.Text when c == '\x1b':
                _reading = Reading.Escape;
                break;
            case Reading.Text:
                Append(c);
                break;
            case Reading.Escape:
                _sequence.Clear();
                // CSI; or OSC, DCS, SOS, PM, APC, which run to a terminator; anything else is one character.
                _reading = c == '[' ? Reading.Control : c is ']' or 'P' or 'X' or '^' or '_' ? Reading.String : Reading.Text;
                break;
            case Reading.Control when c is >= '@' and <= '~':
                _reading = Reading.Text;
                if (c == 'm')
                {
                    Flush(segments);
                    Style(_sequence.ToString());
                }
                break;
            case Reading.Control when c is < ' ' or > '~' || _sequence.Length == LongestSequence:
                // No sequence at all: what follows is text again.
                _reading = Reading.Text;
                Append(c);
                break;
            case Reading.Control:
                _sequence.Append(c);
                break;
            case Reading.String when c is '\a' or '\n':
                _reading = Reading.Text;
                if (c == '\n') Append(c);
                break;
            case Reading.String when c == '\x1b':
                _reading = Reading.StringEscape;
                break;
            case Reading.StringEscape:
                _reading = c == '\\' ? Reading.Text : Reading.String;
                break;
        }
    }

    private void Append(char c)
    {
        // Progress bars return to the beginning of the line: each state of them becomes a line.
        if (_wasReturn && c != '\n') _text.Append('\n');
        _wasReturn = c == '\r';
        if (c is '\n' or '\t' || !char.IsControl(c)) _text.Append(c);
    }

    private void Flush(List<AnsiSegment> segments)
    {
        if (_text.Length == 0) return;
        segments.Add(new AnsiSegment(_text.ToString(), Classes()));
        _text.Clear();
    }

    private string Classes()
    {
        var classes = new List<string>();
        if (_isBold) classes.Add("ansi-bold");
        if (_isItalic) classes.Add("ansi-italic");
        if (_isUnderlined) classes.Add("ansi-underline");
        if (_foreground is { } foreground) classes.Add(string.Create(CultureInfo.InvariantCulture, $"ansi-fg-{foreground}"));
        if (_background is { } background) classes.Add(string.Create(CultureInfo.InvariantCulture, $"ansi-bg-{background}"));
        return string.Join(' ', classes);
    }

    private void Style(string parameters)
    {
        var numbers = parameters.Split(';', ':').Select(text => text.Length == 0 ? 0 : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToArray();
        for (var i = 0; i < numbers.Length; i++)
        {
            switch (numbers[i])
            {
                case 0:
                    (_isBold, _isItalic, _isUnderlined, _foreground, _background) = (false, false, false, null, null);
                    break;
                case 1:
                    _isBold = true;
                    break;
                case 3:
                    _isItalic = true;
                    break;
                case 4:
                    _isUnderlined = true;
                    break;
                case 22:
                    _isBold = false;
                    break;
                case 23:
                    _isItalic = false;
                    break;
                case 24:
                    _isUnderlined = false;
                    break;
                case >= 30 and <= 37:
                    _foreground = numbers[i] - 30;
                    break;
                case >= 90 and <= 97:
                    _foreground = numbers[i] - 90 + 8;
                    break;
                case 39:
                    _foreground = null;
                    break;
                case >= 40 and <= 47:
                    _background = numbers[i] - 40;
                    break;
                case >= 100 and <= 107:
                    _background = numbers[i] - 100 + 8;
                    break;
                case 49:
                    _background = null;
                    break;
                case 38 or 48 when i + 2 < numbers.Length && numbers[i + 1] == 5:
                    if (numbers[i] == 38) _foreground = numbers[i + 2] is >= 0 and < 16 ? numbers[i + 2] : _foreground;
                    else _background = numbers[i + 2] is >= 0 and < 16 ? numbers[i + 2] : _background;
                    i += 2;
                    break;
                case 38 or 48 when i + 4 < numbers.Length && numbers[i + 1] == 2:
                    i += 4;
                    break;
            }
        }
    }
}
