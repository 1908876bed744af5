using System.Globalization;
using System.Text;

namespace AnalysisRunner.Submission.Gate;

/// <summary>Names paths in a message: at most ten, each in quotes, and how many more there are.</summary>
internal static class PathList
{
    private const int Most = 10;

    public static string Quote(IReadOnlyCollection<string> paths)
    {
        var named = string.Join(", ", paths.Take(Most).Select(Quote));
        return paths.Count <= Most ? named : string.Create(CultureInfo.InvariantCulture, $"{named} and {paths.Count - Most} more");
    }

    /// <summary>The path in quotes, in one line whatever the file is called.</summary>
    public static string Quote(string path)
    {
        var text = new StringBuilder("'");
        foreach (var c in path)
        {
            if (c == '\n') text.Append("\\n");
            else if (char.IsControl(c)) text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else text.Append(c);
        }
        return text.Append('\'').ToString();
    }
}
