using System.Text.RegularExpressions;

namespace AnalysisRunner.Pipelines.Commands;

/// <summary>Here-documents: announced within a line, they begin after it and end with a line of their own.</summary>
internal sealed partial class ShellContext
{
    private Queue<HereDocument>? _announced;
    private bool _documentMayEnd;

    /// <summary>Whether a here-document begins after this line: a line break in a value would confuse reader and shell.</summary>
    public bool AnnouncesHereDocument => _announced is { Count: > 0 };

    private int ReadHereDocument(string script, int i)
    {
        if (i + 2 < script.Length && script[i + 2] == '<') return i + 2; // <<< takes a word.
        var match = HereWord().Match(script, i);
        // Where the text stops within the word, the rest of the word may be a value.
        if (!match.Success || match.Index + match.Length == script.Length) _lost = "after the \"<<\" of a here-document whose end cannot be told";
        if (!match.Success) return i + 1;
        (_announced ??= new()).Enqueue(new HereDocument(QuoteCharacters().Replace(match.Groups["word"].Value, ""), match.Groups["dash"].Success));
        return i + match.Length - 1;
    }

    /// <summary>Moves to the end of the last line of the here-documents that begin here, or to the end of the script when it holds no such line.</summary>
    private int SkipHereDocument(string script, int start)
    {
        while (true)
        {
            var end = script.IndexOf('\n', start);
            var line = end < 0 ? script[start..] : script[start..end];
            var document = _announced!.Peek();
            var isEnd = (document.StripsTabs ? line.TrimStart('\t') : line) == document.End;
            if (end < 0)
            {
                // The last line may still be continued by a value.
                _documentMayEnd = isEnd && _announced!.Count == 1;
                return script.Length;
            }
            if (isEnd) _announced!.Dequeue();
            if (_announced!.Count == 0)
            {
                _frames.Pop();
                _last = '\n';
                return end;
            }
            start = end + 1;
        }
    }

    private sealed record HereDocument(string End, bool StripsTabs);

    [GeneratedRegex(@"\G<<(?<dash>-)?[ \t]*(?<word>(?:[A-Za-z0-9_.-]|'[A-Za-z0-9_.-]*'|""[A-Za-z0-9_.-]*""|\\[A-Za-z0-9_.-])+)", RegexOptions.CultureInvariant)]
    private static partial Regex HereWord();

    [GeneratedRegex(@"['""\\]", RegexOptions.CultureInvariant)]
    private static partial Regex QuoteCharacters();
}
