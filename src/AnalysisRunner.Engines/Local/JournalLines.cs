using System.Collections;
using System.Text;

namespace AnalysisRunner.Engines.Local;

/// <summary>
/// The texts of the lines of a journal. Each is made when it is asked for: a journal may have a million lines, and texts that are kept would make the
/// collector stop everything else for longer than a reader of some other batch should wait.
/// </summary>
internal sealed class JournalLines(byte[] bytes) : IReadOnlyList<string>
{
    private readonly List<(int Start, int Length)> _lines = [];

    public int Count => _lines.Count;

    public string this[int index] => Encoding.UTF8.GetString(bytes, _lines[index].Start, _lines[index].Length);

    /// <summary>Adds the line whose text is at a place of the bytes.</summary>
    public void Add(int start, int length) => _lines.Add((start, length));

    public IEnumerator<string> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
