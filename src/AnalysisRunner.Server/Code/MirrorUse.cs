namespace AnalysisRunner.Server.Code;

/// <summary>When a mirror was last used, as a file in it tells, and how large it is.</summary>
internal static class MirrorUse
{
    private const string FileName = "analysis-runner-used";

    // Exact enough for days, and cheap enough for hundreds of submissions a second.
    private static readonly TimeSpan Precision = TimeSpan.FromMinutes(10);

    /// <summary>Notes a use.</summary>
    public static void Note(string mirror, DateTimeOffset now)
    {
        var file = new FileInfo(Path.Combine(mirror, FileName));
        if (!file.Exists) file.Create().Dispose();
        else if ((now.UtcDateTime - file.LastWriteTimeUtc).Duration() < Precision) return;
        file.LastWriteTimeUtc = now.UtcDateTime;
    }

    /// <summary>When it was last used; where nobody has noted it, when it was made.</summary>
    public static DateTimeOffset Last(string mirror)
    {
        var file = new FileInfo(Path.Combine(mirror, FileName));
        return file.Exists ? file.LastWriteTimeUtc : new DirectoryInfo(mirror).LastWriteTimeUtc;
    }

    /// <summary>Its bytes.</summary>
    public static long SizeOf(string mirror) =>
        new DirectoryInfo(mirror).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).Sum(file => file.Exists ? file.Length : 0);
}
