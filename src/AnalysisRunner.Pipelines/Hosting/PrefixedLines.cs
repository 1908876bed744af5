using System.Text;

namespace AnalysisRunner.Pipelines.Hosting;

/// <summary>Writes the output of one job line by line, each with the job's name in front.</summary>
internal sealed class PrefixedLines(TextWriter output, string name)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _line = new();

    /// <summary>Takes bytes as they come; complete lines are written at once.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        var characters = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        var count = _decoder.GetChars(bytes.Span, characters, flush: false);
        for (var start = 0; start < count;)
        {
            var end = Array.IndexOf(characters, '\n', start, count - start);
            _line.Append(characters, start, (end < 0 ? count : end) - start);
            if (end < 0) break;
            await SayAsync(_line.ToString()).ConfigureAwait(false);
            _line.Clear();
            start = end + 1;
        }
    }

    /// <summary>Writes what came after the last line end.</summary>
    public async Task FinishAsync()
    {
        if (_line.Length > 0) await SayAsync(_line.ToString()).ConfigureAwait(false);
        _line.Clear();
    }

    /// <summary>Writes a line of our own.</summary>
    public Task SayAsync(string text) => output.WriteLineAsync($"[{name}] {text}");
}
