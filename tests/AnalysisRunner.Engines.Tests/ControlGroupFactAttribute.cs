namespace AnalysisRunner.Engines.Tests;

/// <summary>A test that limits the memory of a process by a control group (of version 1, where its file is); skipped where that cannot be done.</summary>
public sealed class ControlGroupFactAttribute : FactAttribute
{
    public const string Memory = "/sys/fs/cgroup/memory";

    public ControlGroupFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists(Path.Combine(Memory, "memory.limit_in_bytes"))) Skip = $"needs root and control groups at {Memory}";
    }
}
