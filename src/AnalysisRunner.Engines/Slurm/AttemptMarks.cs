using System.Globalization;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>
/// What the wrappers of a batch have written, seen by one look at one folder: <c>JOB-N.claim</c> when an attempt begins, <c>JOB-N.end</c> when it has ended.
/// Both end in a marker, so that a half-written one is seen as such. The engine writes <c>GROUP.cancelled</c> beside them.
/// </summary>
internal sealed class AttemptMarks(string folder)
{
    private const string Terminator = "end";

    /// <summary>The attempts that have a claim, and those that have an end.</summary>
    public (HashSet<(int Job, int Attempt)> Claimed, HashSet<(int Job, int Attempt)> Ended) List()
    {
        var (claimed, ended) = (new HashSet<(int, int)>(), new HashSet<(int, int)>());
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            var name = Path.GetFileName(path.AsSpan());
            var (dash, dot) = (name.IndexOf('-'), name.IndexOf('.'));
            if (dash <= 0 || dot < dash || !int.TryParse(name[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var job)
                || !int.TryParse(name[(dash + 1)..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var attempt)) continue;
            if (name[dot..] is ".claim") claimed.Add((job, attempt));
            else if (name[dot..] is ".end") ended.Add((job, attempt));
        }
        return (claimed, ended);
    }

    /// <summary>Who runs an attempt; null when nobody has claimed it, or not wholly yet.</summary>
    public AttemptClaim? ReadClaim(int job, int attempt) =>
        TryRead(Name(job, attempt, "claim"))?.TrimEnd('\n').Split('\t') is [var submission, var index, var array, var at, var node, Terminator]
        && int.TryParse(submission, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
        && long.TryParse(array, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && TryTime(at) is { } time
            ? new AttemptClaim(number, position, id, time, node)
            : null;

    /// <summary>How an attempt ended; null when it has not, or when that is not wholly written yet.</summary>
    public AttemptEnd? ReadEnd(int job, int attempt)
    {
        if (TryRead(Name(job, attempt, "end"))?.Split('\n') is not [var first, var own, var children, Terminator, ""]) return null;
        return first.Split('\t') is [var code, var stop, var started, var ended, var missing]
            && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && TryTime(started) is { } begin && TryTime(ended) is { } end
            ? new AttemptEnd(number, stop, begin, end, Positions(missing), CpuMilliseconds(own) + CpuMilliseconds(children))
            : null;
    }

    /// <summary>Keeps the wrappers of a group from running anything from now on.</summary>
    public void Cancel(int group) => File.WriteAllBytes(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{group}.cancelled")), []);

    private string Name(int job, int attempt, string kind) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{job}-{attempt}.{kind}"));

    private static int[] Positions(string field) => field == "-" ? [] : [.. field.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(position => int.Parse(position, CultureInfo.InvariantCulture))];

    /// <summary>Microseconds since 1970.</summary>
    private static DateTimeOffset? TryTime(string field) =>
        long.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) ? DateTimeOffset.FromUnixTimeMilliseconds(microseconds / 1000) : null;

    /// <summary>A line of bash's <c>times</c>, such as <c>0m0.004s 1m2.345s</c>: user and system.</summary>
    private static long CpuMilliseconds(string times)
    {
        var sum = 0d;
        foreach (var time in times.Split(' '))
        {
            var minutes = time.IndexOf('m', StringComparison.Ordinal);
            if (minutes > 0 && int.TryParse(time.AsSpan(0, minutes), NumberStyles.None, CultureInfo.InvariantCulture, out var m)
                && double.TryParse(time.AsSpan(minutes + 1).TrimEnd('s').ToString().Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var s)) sum += (m * 60) + s;
        }
        return (long)Math.Round(sum * 1000);
    }

    private static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}

/// <summary>Who runs an attempt.</summary>
/// <param name="Submission">The submission that its task belongs to.</param>
/// <param name="Index">The task's index in the array.</param>
/// <param name="ArrayId">Slurm's id of the array.</param>
/// <param name="At">When the claim was made, by the node's clock.</param>
/// <param name="Node">The node.</param>
internal sealed record AttemptClaim(int Submission, int Index, long ArrayId, DateTimeOffset At, string Node);

/// <summary>How an attempt ended, by its wrapper.</summary>
/// <param name="ExitCode">The script's exit code, as bash gives it.</param>
/// <param name="Stop">Why it was stopped: <c>cancelled</c> by the engine, <c>timeout</c> by its limit, <c>terminated</c> by Slurm; <c>-</c> when it was not.</param>
/// <param name="StartedAt">When it was claimed.</param>
/// <param name="FinishedAt">When it had ended.</param>
/// <param name="MissingOutputs">The positions of declared outputs that were not there.</param>
/// <param name="CpuMilliseconds">The cpu time of everything that the wrapper waited for.</param>
internal sealed record AttemptEnd(int ExitCode, string Stop, DateTimeOffset StartedAt, DateTimeOffset FinishedAt, int[] MissingOutputs, long CpuMilliseconds);
