namespace AnalysisRunner.Storage.Tests;

/// <summary>A fact that holds on Linux alone; skipped elsewhere, saying so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "only Linux is asked what a path leads to";
}
