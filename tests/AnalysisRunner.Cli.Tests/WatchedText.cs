using System.Text;
using System.Text.RegularExpressions;

namespace AnalysisRunner.Cli.Tests;

/// <summary>What a process writes to one of its streams, as it comes.</summary>
internal sealed class WatchedText
{
    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private TaskCompletionSource _more = New();

    public WatchedText(StreamReader stream) => All = ReadAsync(stream);

    /// <summary>All of it, once the stream has ended.</summary>
    public Task<string> All { get; }

    /// <summary>The first match, as soon as there is one.</summary>
    public async Task<Match> WaitForAsync(string pattern, TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        while (true)
        {
            Task more;
            string text;
            lock (_lock) (text, more) = (_text.ToString(), _more.Task);
            if (Regex.Match(text, pattern, RegexOptions.Multiline) is { Success: true } found) return found;
            if (All.IsCompleted) throw new InvalidOperationException($"The process has ended and never wrote '{pattern}':\n{text}");
            await more.WaitAsync(patience.Token);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<string> ReadAsync(StreamReader stream)
    {
        var buffer = new char[4096];
        int read;
        do
        {
            read = await stream.ReadAsync(buffer);
            lock (_lock)
            {
                _text.Append(buffer, 0, read);
                _more.SetResult();
                _more = New();
            }
        }
        while (read > 0);
        return _text.ToString();
    }
}
