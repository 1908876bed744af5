using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Code;
using AnalysisRunner.Server.Tests.Record;

namespace AnalysisRunner.Server.Tests.Code;

/// <summary>A fact that needs the git program and bash; skipped, saying so, where one is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GitFactAttribute : FactAttribute
{
    public GitFactAttribute() => Skip = GitRequirement.Missing;
}

/// <summary>A theory that needs the git program and bash.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GitTheoryAttribute : TheoryAttribute
{
    public GitTheoryAttribute() => Skip = GitRequirement.Missing;
}

/// <summary>A fact that needs git, bash and PostgreSQL.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GitAndPostgresFactAttribute : FactAttribute
{
    public GitAndPostgresFactAttribute() => Skip = GitRequirement.Missing ?? PostgresCluster.Missing;
}

internal static class GitRequirement
{
    public static string? Missing { get; } = Find();

    private static string? Find()
    {
        try
        {
            GitProcess.FindProgram();
            return File.Exists("/bin/bash") ? null : "bash is not installed";
        }
        catch (AnalysisRunnerException)
        {
            return "git is not installed";
        }
    }
}
