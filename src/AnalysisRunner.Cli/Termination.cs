using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AnalysisRunner.Cli;

/// <summary>Asks another process to end in good order.</summary>
internal static partial class Termination
{
    private const int Terminate = 15;

    /// <summary>Sends SIGTERM; on Windows, where a console's processes are told together, does nothing.</summary>
    public static void Ask(Process process)
    {
        if (!OperatingSystem.IsWindows() && !process.HasExited) _ = Kill(process.Id, Terminate);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
