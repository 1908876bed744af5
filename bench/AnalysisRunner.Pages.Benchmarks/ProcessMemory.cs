using System.Diagnostics;
using System.Globalization;

namespace AnalysisRunner.Pages.Benchmarks;

/// <summary>The memory of this process, of which the server is a part.</summary>
internal static class ProcessMemory
{
    private const string Status = "/proc/self/status";

    /// <summary>Begins a new peak where the system can (Linux), and says how much there is now, in bytes.</summary>
    public static long ResetPeak()
    {
        if (File.Exists(Status)) File.WriteAllText("/proc/self/clear_refs", "5");
        return Peak();
    }

    /// <summary>The most that there was since, in bytes.</summary>
    public static long Peak()
    {
        if (File.Exists(Status) && File.ReadLines(Status).FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)) is { } line)
        {
            return long.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) * 1024;
        }
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
