namespace AnalysisRunner.Engines.Tests;

/// <summary>Tests that change what only root may on Linux, such as mounts; skipped elsewhere.</summary>
public sealed class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) Skip = "needs root on Linux";
    }
}
