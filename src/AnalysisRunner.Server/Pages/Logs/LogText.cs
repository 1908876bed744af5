using System.Buffers;
using System.Text;

namespace AnalysisRunner.Server.Pages.Logs;

/// <summary>Logs as text, a piece at a time: however long one is, only what is shown is in memory.</summary>
internal static class LogText
{
    private const int LongestLine = 4096;

    /// <summary>The text of a part of a log, from the beginning of its first whole line, unless it begins with the log; and where that is, in bytes.</summary>
    public static async Task<(string Text, long From, long To)> ReadAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, long offset)
    {
        using var bytes = new MemoryStream();
        await foreach (var piece in pieces) bytes.Write(piece.Span);
        var all = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        var skipped = offset == 0 ? 0 : all.IndexOf((byte)'\n') + 1;
        // A character that is cut at the end comes whole with the next read.
        var end = all.Length - Incomplete(all);
        return (Encoding.UTF8.GetString(all[skipped..end]), offset + skipped, offset + end);
    }

    /// <summary>The lines that hold a text, whatever its case; at most <paramref name="limit"/>.</summary>
    public static async Task<IReadOnlyList<LogMatch>> SearchAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, string text, int limit)
    {
        var matches = new List<LogMatch>();
        var line = new char[LongestLine];
        var (length, number) = (0, 1L);
        await foreach (var (part, _) in Decode(pieces, 0))
        {
            foreach (var c in part)
            {
                if (c != '\n')
                {
                    // A line that never ends is searched in parts, so that it is not all in memory.
                    if (length == LongestLine && Look()) return matches;
                    line[length++] = c;
                    continue;
                }
                if (Look()) return matches;
                number++;
            }
        }
        Look();
        return matches;

        bool Look()
        {
            var looked = line.AsSpan(0, length);
            length = 0;
            if (looked.Contains(text, StringComparison.OrdinalIgnoreCase)) matches.Add(new LogMatch(number, Plain(looked.ToString())));
            return matches.Count == limit;
        }
    }

    /// <summary>The characters of a log, piece by piece, and where in the log each piece ends, in bytes; a character that is cut comes with the next piece.</summary>
    public static async IAsyncEnumerable<(string Text, long End)> Decode(IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, long offset)
    {
        var decoder = Encoding.UTF8.GetDecoder();
        await foreach (var piece in pieces)
        {
            offset += piece.Length;
            var characters = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(piece.Length));
            var text = new string(characters, 0, decoder.GetChars(piece.Span, characters, flush: false));
            ArrayPool<char>.Shared.Return(characters);
            if (text.Length > 0) yield return (text, offset - Incomplete(piece.Span));
        }
    }

    private static string Plain(string line) => string.Concat(new AnsiText().Read(line).Select(segment => segment.Text));

    private static int Incomplete(ReadOnlySpan<byte> text)
    {
        for (var back = 1; back <= Math.Min(3, text.Length); back++)
        {
            var b = text[^back];
            if ((b & 0xC0) == 0x80) continue;
            var length = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : b >= 0xC0 ? 2 : 1;
            return length > back ? back : 0;
        }
        return 0;
    }
}
