namespace AnalysisRunner.Tests.Shared;

/// <summary>A test that needs the real git; skipped, and said to be, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactWithGitAttribute() : FactWithProgramAttribute("git");

/// <summary>A test that needs the real bash.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactWithBashAttribute() : FactWithProgramAttribute("bash");

/// <summary>A test that gives files away, which only the administrator of a Unix can.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactAsAdministratorAttribute : FactAttribute
{
    public FactAsAdministratorAttribute()
    {
        if (OperatingSystem.IsWindows() || Environment.UserName != "root") Skip = "only root can give files away";
    }
}

/// <summary>A test with cases that needs the real git.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TheoryWithGitAttribute : TheoryAttribute
{
    public TheoryWithGitAttribute() => Skip = FactWithProgramAttribute.Missing("git");
}

/// <summary>A test that needs a program on the PATH.</summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class FactWithProgramAttribute : FactAttribute
{
    protected FactWithProgramAttribute(string program) => Skip = Missing(program);

    /// <summary>Says that a program is not on the PATH; null when it is.</summary>
    internal static string? Missing(string program)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return folders.Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program))) ? null : $"{program} is not installed";
    }
}
