using AnalysisRunner.Storage.TestServers.Ceph;

namespace AnalysisRunner.Pipelines.Tests;

/// <summary>A test of a real S3 engine; skipped, and said to be, where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactWithCephAttribute : FactAttribute
{
    public FactWithCephAttribute() => Skip = Missing;

    internal static string? Missing { get; } = CephGateway.Programs.Append("bash").FirstOrDefault(program => !Exists(program)) is { } missing ? $"{missing} is not installed" : null;

    private static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
