using System.Text;

namespace AnalysisRunner.Submission.Following;

/// <summary>
/// Cuts a stream of bytes into printable lines: UTF-8, with U+FFFD for what is not; <c>\n</c>, <c>\r\n</c> and a lone <c>\r</c> (progress bars) end a line.
/// A line that never ends is cut, so that memory stays bounded.
/// </summary>
internal sealed class LineReader
{
    private const int LongestLine = 16 * 1024;

    private readonly Decoder _decoder = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetDecoder();
    private readonly StringBuilder _line = new();
    private bool _afterReturn;

    /// <summary>The lines that these bytes complete.</summary>
    public IReadOnlyList<string> Feed(ReadOnlySpan<byte> bytes) => Read(bytes, flush: false);

    /// <summary>The line that was begun and not ended, when there is one.</summary>
    public IReadOnlyList<string> Finish()
    {
        List<string> lines = [.. Read([], flush: true)];
        if (_line.Length > 0) End(lines);
        return lines;
    }

    private List<string> Read(ReadOnlySpan<byte> bytes, bool flush)
    {
        var lines = new List<string>();
        var characters = new char[_decoder.GetCharCount(bytes, flush)];
        _decoder.GetChars(bytes, characters, flush);
        foreach (var c in characters)
        {
            if (c == '\n' && _afterReturn)
            {
                _afterReturn = false;
                continue;
            }
            _afterReturn = c == '\r';
            if (c is '\n' or '\r')
            {
                End(lines);
                continue;
            }
            _line.Append(c);
            if (_line.Length >= LongestLine && !char.IsHighSurrogate(c)) End(lines);
        }
        return lines;
    }

    private void End(List<string> lines)
    {
        lines.Add(TerminalText.Neutralise(_line.ToString()));
        _line.Clear();
    }
}
