using System.Globalization;

namespace AnalysisRunner.Engines.Local;

/// <summary>
/// Knows when the kernel last ended a process for lack of memory, of the machine or of a control group. It counts such ends and does not say whose
/// process it was; so a job counts as ended by it when it was ended by KILL and the count rose while it ran. Linux only. Thread-safe.
/// </summary>
internal sealed class OutOfMemoryWatch(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private long _count = Read();
    private DateTimeOffset _last = DateTimeOffset.MinValue;

    /// <summary>Looks at the count, so that a later look can tell when it rose.</summary>
    public void Look()
    {
        lock (_gate)
        {
            var count = Read();
            if (count > _count) _last = clock.GetUtcNow();
            _count = count;
        }
    }

    /// <summary>Whether the kernel ended a process for lack of memory since a time; the answer is as exact as looks are frequent.</summary>
    public bool StruckSince(DateTimeOffset time)
    {
        Look();
        lock (_gate) return _last >= time;
    }

    private static long Read()
    {
        if (!OperatingSystem.IsLinux()) return 0;
        const string Name = "oom_kill ";
        var line = File.ReadLines("/proc/vmstat").FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.AsSpan(Name.Length), CultureInfo.InvariantCulture);
    }
}
