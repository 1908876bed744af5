using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Record;

namespace AnalysisRunner.Server.Tests.Durability;

/// <summary>A fact whose drivers speak to the server with curl.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CurlFactAttribute : FactAttribute
{
    public CurlFactAttribute() => Skip = CurlRequirement.Missing;
}

/// <summary>A fact whose drivers speak to the server with curl, and that needs PostgreSQL.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CurlAndPostgresFactAttribute : FactAttribute
{
    public CurlAndPostgresFactAttribute() => Skip = CurlRequirement.Missing ?? PostgresCluster.Missing;
}

internal static class CurlRequirement
{
    public static string? Missing { get; } = OperatingSystem.IsWindows()
        ? "needs signals and bash"
        : GitRequirement.Missing
            ?? ((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "curl"))) ? null : "curl is not installed");
}
