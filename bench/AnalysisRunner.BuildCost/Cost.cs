using System.Runtime.InteropServices;

namespace AnalysisRunner.BuildCost;

/// <summary>What a command took.</summary>
/// <param name="Elapsed">By the clock.</param>
/// <param name="Processor">Of it and its children, where the system tells (zero on Windows); a compiler's server is no child.</param>
internal readonly partial record struct Cost(TimeSpan Elapsed, TimeSpan Processor)
{
    private const int Children = -1;

    /// <summary>The processor time of all children that have ended.</summary>
    public static TimeSpan OfChildren()
    {
        if (OperatingSystem.IsWindows()) return TimeSpan.Zero;
        Span<long> usage = stackalloc long[18];
        if (GetUsage(Children, usage) != 0) throw new InvalidOperationException($"getrusage: error {Marshal.GetLastPInvokeError()}");
        return TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3]);
    }

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static partial int GetUsage(int who, Span<long> usage);
}
