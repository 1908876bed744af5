using AnalysisRunner.Tests.Shared;

namespace AnalysisRunner.Cli.Tests;

/// <summary>A test that needs git, and signals as a Unix has them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnixFactWithGitAttribute : FactAttribute
{
    public UnixFactWithGitAttribute() => Skip = Missing;

    internal static string? Missing { get; } = OperatingSystem.IsWindows() ? "needs a Unix" : new FactWithGitAttribute().Skip;
}

/// <summary>The same with a real OpenID Connect provider.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class IssuerFactAttribute : FactAttribute
{
    public IssuerFactAttribute() => Skip = UnixFactWithGitAttribute.Missing ?? OidcProvider.Missing;
}
