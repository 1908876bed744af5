namespace AnalysisRunner.Engines.Tests;

/// <summary>A test that needs bash, sessions and signals; skipped on Windows.</summary>
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute()
    {
        if (OperatingSystem.IsWindows()) Skip = "needs bash and POSIX processes";
    }
}
