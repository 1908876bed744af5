using System.Globalization;
using System.Text;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>The one place where texts become parts of bash code.</summary>
internal static class BashText
{
    /// <summary>Variables that bash lets nobody set.</summary>
    public static readonly IReadOnlyCollection<string> ReadOnlyVariables = ["BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS", "UID"];

    /// <summary>A text as one word of one line, whatever is in it but NUL.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 4).Append("$'");
        foreach (var c in text)
        {
            if (c is '\\' or '\'') quoted.Append('\\').Append(c);
            // Three octal digits end by themselves; a hexadecimal escape would swallow digits that follow.
            else if (c is < ' ' or '\x7f') quoted.Append('\\').Append(Convert.ToString(c, 8).PadLeft(3, '0'));
            else quoted.Append(c);
        }
        return quoted.Append('\'').ToString();
    }

    /// <summary>A path below the folder of the batch's resource files.</summary>
    public static string InScratch(string path) => "\"$BATCH_TMPDIR\"/" + Quote(path);

    /// <summary>A time in seconds, as <c>sleep</c> reads it.</summary>
    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}
