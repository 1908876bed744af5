namespace AnalysisRunner.Tests.Shared;

/// <summary>A test that needs the real git; skipped, and said to be, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactWithGitAttribute() : FactWithProgramAttribute("git");

/// <summary>A test that needs the real bash.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactWithBashAttribute() : FactWithProgramAttribute("bash");

/// <summary>A test that needs a program on the PATH.</summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class FactWithProgramAttribute : FactAttribute
{
    protected FactWithProgramAttribute(string program)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program)))) Skip = $"{program} is not installed";
    }
}
