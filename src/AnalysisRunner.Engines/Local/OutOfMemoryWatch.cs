using System.Globalization;

namespace AnalysisRunner.Engines.Local;

/// <summary>
/// Counts how often the kernel ended a process for lack of memory, of the machine or of a control group. The kernel does not say whose process it was; so
/// a job counts as ended by it when it was ended by KILL and the count rose while it ran. Linux only. Thread-safe.
/// </summary>
internal sealed class OutOfMemoryWatch
{
    private long _count = Read();

    /// <summary>The count at the last look: as new as looks are frequent.</summary>
    public long Known => Volatile.Read(ref _count);

    /// <summary>Looks at the count.</summary>
    public void Look() => Volatile.Write(ref _count, Read());

    /// <summary>Whether the kernel ended a process for lack of memory since the count was a given one.</summary>
    public bool StruckSince(long known)
    {
        Look();
        return Known > known;
    }

    private static long Read()
    {
        if (!OperatingSystem.IsLinux()) return 0;
        const string Name = "oom_kill ";
        var line = File.ReadLines("/proc/vmstat").FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.AsSpan(Name.Length), CultureInfo.InvariantCulture);
    }
}
