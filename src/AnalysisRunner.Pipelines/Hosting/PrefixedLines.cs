using System.Text;

namespace AnalysisRunner.Pipelines.Hosting;

/// <summary>Writes the output of one job line by line, each with the job's name in front.</summary>
internal sealed class PrefixedLines(ProgressDisplay display, string name)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _line = new();

    /// <summary>Takes bytes as they come; complete lines are written at once.</summary>
    public void Write(ReadOnlyMemory<byte> bytes)
    {
        var characters = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        var count = _decoder.GetChars(bytes.Span, characters, flush: false);
        for (var start = 0; start < count;)
        {
            var end = Array.IndexOf(characters, '\n', start, count - start);
            _line.Append(characters, start, (end < 0 ? count : end) - start);
            if (end < 0) break;
            Say(_line.ToString());
            _line.Clear();
            start = end + 1;
        }
    }

    /// <summary>Writes what came after the last line end.</summary>
    public void Finish()
    {
        if (_line.Length > 0) Say(_line.ToString());
        _line.Clear();
    }

    /// <summary>Writes a line of our own.</summary>
    public void Say(string text) => display.WriteLine($"[{name}] {text}");
}
