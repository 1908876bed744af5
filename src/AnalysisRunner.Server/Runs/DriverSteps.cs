using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local.Users;

namespace AnalysisRunner.Server.Runs;

/// <summary>Reads what a driver wrote about its steps. The file may end in the middle of a line, and a driver may write nonsense into it.</summary>
internal static class DriverSteps
{
    private const long MaximumLength = 64 * 1024;

    private static readonly string[] Names = ["checkout", "build", "run"];

    /// <summary>The steps so far, in their order; empty when there is no file.</summary>
    public static IReadOnlyList<InvocationStep> Read(string path)
    {
        // Asked first, because an exception costs far more, and there is none for most of a driver's first moments.
        if (!File.Exists(path)) return [];
        try
        {
            using var stream = OwnedFiles.OpenRegular(path);
            if (stream is null || stream.Length > MaximumLength) return [];
            using var reader = new StreamReader(stream);
            return Parse(reader.ReadToEnd());
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return []; // The driver has not started yet.
        }
    }

    /// <summary>Reads complete lines <c>start name seconds</c> and <c>end name seconds code</c>; anything else is passed over.</summary>
    public static IReadOnlyList<InvocationStep> Parse(string text)
    {
        var steps = new List<InvocationStep>();
        var end = text.LastIndexOf('\n');
        if (end < 0) return steps;
        foreach (var line in text[..end].Split('\n'))
        {
            var words = line.Split(' ');
            if (words is ["start", var started, var startText] && Names.Contains(started) && steps.TrueForAll(s => s.Name != started) && TryTime(startText, out var startedAt))
            {
                steps.Add(new InvocationStep(started, startedAt, null, null));
            }
            else if (words is ["end", var ended, var endText, var codeText] && TryTime(endText, out var endedAt)
                && int.TryParse(codeText, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
                && steps.FindIndex(s => s.Name == ended && s.FinishedAt is null) is >= 0 and var index)
            {
                steps[index] = steps[index] with { FinishedAt = endedAt, ExitCode = code };
            }
        }
        return steps;
    }

    // EPOCHREALTIME has the decimal separator of the driver's locale.
    private static bool TryTime(string text, out DateTimeOffset time)
    {
        time = default;
        if (!decimal.TryParse(text.Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)) return false;
        if (seconds is < 0 or > 253_402_300_799m) return false;
        time = DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return true;
    }
}
