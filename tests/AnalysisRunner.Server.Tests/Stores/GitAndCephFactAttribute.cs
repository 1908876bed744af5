using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Storage.TestServers.Ceph;

namespace AnalysisRunner.Server.Tests.Stores;

/// <summary>A fact that needs git, bash and Ceph's gateway; skipped, saying so, where one is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GitAndCephFactAttribute : FactAttribute
{
    public GitAndCephFactAttribute() => Skip = GitRequirement.Missing ?? MissingProgram();

    private static string? MissingProgram() =>
        CephGateway.Programs.FirstOrDefault(program => !Programs.IsOnPath(program)) is { } missing ? $"{missing} is not installed" : null;
}
