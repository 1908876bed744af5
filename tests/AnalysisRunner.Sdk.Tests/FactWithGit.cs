namespace AnalysisRunner.Sdk.Tests;

/// <summary>A test that needs the real git; skipped, and said to be, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactWithGitAttribute : FactAttribute
{
    public FactWithGitAttribute()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "git.exe" : "git")))) Skip = "git is not installed";
    }
}
