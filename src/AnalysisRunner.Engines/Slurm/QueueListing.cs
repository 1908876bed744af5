using System.Globalization;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>What Slurm has in its queue at one moment, of one user. Waiting arrays stay collapsed: ten thousand tasks are one entry.</summary>
internal sealed class QueueListing
{
    /// <summary>The format to ask <c>squeue</c> for: array, indices, state, reason, comment.</summary>
    public const string Format = "%F|%K|%T|%r|%k";

    private readonly Dictionary<long, List<Entry>> _arrays = [];
    private readonly Dictionary<string, long> _comments = new(StringComparer.Ordinal);
    private bool _hasSteps;

    /// <summary>Reads the answer of <c>squeue</c>; lines of jobs that are no arrays are somebody else's.</summary>
    public static QueueListing Parse(TextReader answer)
    {
        var listing = new QueueListing();
        while (answer.ReadLine() is { } line)
        {
            var fields = line.Split('|', 5);
            if (fields.Length < 5 || !long.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var array)) continue;
            if (!listing._arrays.TryGetValue(array, out var entries)) listing._arrays.Add(array, entries = []);
            var waiting = fields[2] == "RUNNING" ? null : fields[3] is "None" or "" ? fields[2] : $"{fields[2]} ({fields[3]})";
            foreach (var (first, last, step) in IndexSet.Parse(fields[1]))
            {
                entries.Add(new Entry(first, last, step, waiting));
                listing._hasSteps |= step > 1;
            }
            listing._comments.TryAdd(fields[4], array);
        }
        foreach (var entries in listing._arrays.Values) entries.Sort((left, right) => left.First.CompareTo(right.First));
        return listing;
    }

    /// <summary>The array with a comment; null when there is none.</summary>
    public long? Find(string comment) => _comments.TryGetValue(comment, out var array) ? array : null;

    /// <summary>Whether a task is in the queue, and what Slurm says about it while it does not run.</summary>
    public bool TryFind(long array, int index, out string? waiting)
    {
        waiting = null;
        if (!_arrays.TryGetValue(array, out var entries)) return false;
        // The entry with the highest first index that is not above it is nearly always the one; only entries with a step overlap others.
        var (low, high) = (0, entries.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (entries[middle].First <= index) low = middle;
            else high = middle - 1;
        }
        for (; low >= 0; low--)
        {
            if (entries[low].Contains(index))
            {
                waiting = entries[low].Waiting;
                return true;
            }
            if (!_hasSteps) break;
        }
        return false;
    }

    private readonly record struct Entry(int First, int Last, int Step, string? Waiting)
    {
        public bool Contains(int index) => index >= First && index <= Last && (index - First) % Step == 0;
    }
}
