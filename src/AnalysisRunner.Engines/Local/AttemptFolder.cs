using System.Globalization;
using AnalysisRunner.Engines.Local.Processes;

namespace AnalysisRunner.Engines.Local;

/// <summary>
/// The records of one attempt: <c>script</c>, <c>log</c> (stdout and stderr), <c>claim</c> (who runs it) and <c>exit</c> (its exit code). The wrapper
/// (<see cref="Wrapper"/>) writes the last two, each by one write that ends in a marker, so that a half-written one is seen as such.
/// </summary>
internal sealed class AttemptFolder(string path, string work)
{
    private const string Terminator = "end";

    private const string VoidClaim = "void\tend\n";

    public string Path { get; } = path;

    /// <summary>The folder that the attempt runs in.</summary>
    public string Work { get; } = work;

    public string Script => System.IO.Path.Combine(Path, "script");

    /// <summary>The variables of a job that is another user, each ended by a NUL; for that user only.</summary>
    public string Environment => System.IO.Path.Combine(Path, "environment");

    /// <summary>Where a job that is another user puts temporary files.</summary>
    public string Temporary => Work + ".tmp";

    public string Log => System.IO.Path.Combine(Path, "log");

    private string ClaimFile => System.IO.Path.Combine(Path, "claim");

    private string ExitFile => System.IO.Path.Combine(Path, "exit");

    /// <summary>What the claim file says.</summary>
    public Claim ReadClaim()
    {
        if (TryRead(ClaimFile) is not { } text) return new Claim(ClaimState.None, null, null);
        if (text == VoidClaim) return new Claim(ClaimState.Void, null, null);
        return text.TrimEnd('\n').Split('\t') is [var pid, var start, var boot, Terminator]
            && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 1
            ? new Claim(ClaimState.Whole, new(number, start, boot), File.GetLastWriteTimeUtc(ClaimFile))
            : new Claim(ClaimState.Partial, null, null);
    }

    /// <summary>
    /// Takes the claim, so that a wrapper that comes late finds it taken and does nothing; false when somebody was faster. The claim appears with its
    /// content, also when this process ends half way.
    /// </summary>
    public bool TryVoid()
    {
        Directory.CreateDirectory(Path);
        var draft = ClaimFile + ".new";
        File.WriteAllText(draft, VoidClaim);
        var taken = Disk.TryLink(draft, ClaimFile);
        File.Delete(draft);
        return taken;
    }

    /// <summary>The exit code and when it was written; null when there is none, or only half of one.</summary>
    public (int Code, DateTimeOffset At)? ReadExit() =>
        TryRead(ExitFile)?.TrimEnd('\n').Split('\t') is [var code, Terminator] && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (number, new DateTimeOffset(File.GetLastWriteTimeUtc(ExitFile)))
            : null;

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

/// <summary>How far a claim is.</summary>
internal enum ClaimState
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>It was created but not (yet) written.</summary>
    Partial,

    /// <summary>A wrapper runs or ran the script.</summary>
    Whole,

    /// <summary>The engine took it: the script never ran and never will.</summary>
    Void,
}

/// <summary>What the claim file of an attempt says.</summary>
/// <param name="State">How far it is.</param>
/// <param name="Process">Who runs the script.</param>
/// <param name="At">When the claim was made.</param>
internal sealed record Claim(ClaimState State, ProcessIdentity? Process, DateTimeOffset? At);
