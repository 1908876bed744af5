using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace AnalysisRunner.Storage.Files;

/// <summary>What tells one content of a file from another without reading it: time of writing and length. Each write gets a time of its own.</summary>
internal readonly record struct FileVersion(DateTime Modified, long Length)
{
    private static long Last;

    internal static FileVersion Of(SafeFileHandle handle) => new(File.GetLastWriteTimeUtc(handle), RandomAccess.GetLength(handle));

    /// <summary>The file at a path; null when there is none.</summary>
    internal static FileVersion? At(string local)
    {
        var file = new FileInfo(local);
        // A link stands for what it leads to, as it does for a reader.
        if (file.LinkTarget is not null) file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        return file.Exists ? new FileVersion(file.LastWriteTimeUtc, file.Length) : null;
    }

    /// <summary>A time that no earlier call in this process gave: clocks of file systems stand still for milliseconds.</summary>
    internal static DateTime NextTime()
    {
        while (true)
        {
            var last = Interlocked.Read(ref Last);
            var next = Math.Max(DateTime.UtcNow.Ticks, last + 1);
            if (Interlocked.CompareExchange(ref Last, next, last) == last) return new DateTime(next, DateTimeKind.Utc);
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Modified.Ticks:x}-{Length:x}");
}
