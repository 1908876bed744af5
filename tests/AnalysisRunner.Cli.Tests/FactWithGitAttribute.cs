namespace AnalysisRunner.Cli.Tests;

/// <summary>A test that needs git and bash.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactWithGitAttribute : FactAttribute
{
    public FactWithGitAttribute()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        foreach (var program in new[] { "git", "bash" })
            if (!folders.Any(folder => File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".exe")))) Skip = $"needs {program}";
    }
}
