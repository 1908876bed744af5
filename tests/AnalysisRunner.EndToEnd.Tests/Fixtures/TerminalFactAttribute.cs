namespace AnalysisRunner.EndToEnd.Tests.Fixtures;

/// <summary>A test that needs a pseudo-terminal, which it gets from util-linux's script(1).</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TerminalFactAttribute : FactAttribute
{
    public TerminalFactAttribute()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!OperatingSystem.IsLinux() || !folders.Any(folder => File.Exists(Path.Combine(folder, "script"))))
            Skip = "needs util-linux's script(1) for a pseudo-terminal";
    }
}
