namespace AnalysisRunner.Pipelines.Tests;

/// <summary>A test that runs scripts in the real bash; skipped, and said to be, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactWithBashAttribute : FactAttribute
{
    public FactWithBashAttribute()
    {
        if (Bash.Path is null) Skip = "bash is not installed";
    }
}

/// <summary>A theory that runs scripts in the real bash.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TheoryWithBashAttribute : TheoryAttribute
{
    public TheoryWithBashAttribute()
    {
        if (Bash.Path is null) Skip = "bash is not installed";
    }
}
