using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Code;

/// <summary>Brings a commit and all its submodules into mirrors.</summary>
/// <param name="mirrors">The server's own copies.</param>
internal sealed class CodeResolution(IRepositoryMirrors mirrors)
{
    // Far more than anybody has, and few enough that a repository which contains itself ends.
    private const int MaximumDepth = 8;
    private const int MaximumCount = 200;

    /// <summary>Resolves a source.</summary>
    /// <exception cref="AnalysisRunnerException">Something is not there or may not be fetched.</exception>
    public async Task<ResolvedCommit> ResolveAsync(ICodeSource source, CancellationToken cancellation)
    {
        var commit = await source.ResolveAsync(cancellation);
        var found = new List<ResolvedSubmodule>();
        await AddSubmodulesAsync(source, commit, "", 1, found, cancellation);
        return commit with { Submodules = found };
    }

    private async Task AddSubmodulesAsync(
        ICodeSource source, ResolvedCommit commit, string folder, int depth, List<ResolvedSubmodule> found, CancellationToken cancellation)
    {
        foreach (var submodule in await mirrors.ListSubmodulesAsync(commit, cancellation))
        {
            if (depth > MaximumDepth || found.Count >= MaximumCount)
            {
                throw new AnalysisRunnerException([new Problem(
                    PolicyCodes.Submodules,
                    $"The commit has submodules more than {MaximumDepth} deep or more than {MaximumCount} of them; take their code into the repository.",
                    "commit")]);
            }
            var inner = source.Submodule(submodule);
            var resolved = await inner.ResolveAsync(cancellation);
            var path = folder + submodule.Path;
            found.Add(new ResolvedSubmodule(path, resolved, inner.Origin));
            await AddSubmodulesAsync(inner, resolved, path + "/", depth + 1, found, cancellation);
        }
    }
}
