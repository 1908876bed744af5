using System.Globalization;
using System.Text;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>Indices of an array in Slurm's notation, such as <c>0-9,12</c>.</summary>
internal static class IndexSet
{
    public static string Format(IEnumerable<int> indices)
    {
        var text = new StringBuilder();
        int first = -1, last = -2;
        foreach (var index in indices.Order())
        {
            if (index == last + 1)
            {
                last = index;
                continue;
            }
            Close();
            first = last = index;
        }
        Close();
        return text.ToString();

        void Close()
        {
            if (first < 0) return;
            if (text.Length > 0) text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{first}");
            if (last > first) text.Append(CultureInfo.InvariantCulture, $"-{last}");
        }
    }

    /// <summary>Reads what Slurm prints, also with a step (<c>0-8:2</c>) and with the mark of how many may run at once (<c>%4</c>).</summary>
    public static IEnumerable<(int First, int Last, int Step)> Parse(string text)
    {
        foreach (var range in text.Split('%')[0].Trim('[', ']').Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = range.Split('-', ':');
            if (!int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)) continue;
            var last = parts.Length > 1 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var end) ? end : first;
            var step = parts.Length > 2 && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var by) && by > 0 ? by : 1;
            yield return (first, last, step);
        }
    }
}
