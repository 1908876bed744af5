namespace AnalysisRunner.Engines.Tests;

/// <summary>A theory that needs bash, sessions and signals; skipped on Windows.</summary>
public sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute()
    {
        if (OperatingSystem.IsWindows()) Skip = "needs bash and POSIX processes";
    }
}
