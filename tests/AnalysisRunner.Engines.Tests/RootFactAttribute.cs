namespace AnalysisRunner.Engines.Tests;

/// <summary>A test that changes what only root may on Linux, such as mounts; skipped elsewhere.</summary>
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) Skip = "needs root on Linux";
    }
}
