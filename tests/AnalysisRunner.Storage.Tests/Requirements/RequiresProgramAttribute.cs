namespace AnalysisRunner.Storage.Tests.Requirements;

/// <summary>The tests of this class, inherited ones too, need a program; without it they are skipped.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class RequiresProgramAttribute(string program) : Attribute
{
    public string Program { get; } = program;

    public static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".exe")));
}
