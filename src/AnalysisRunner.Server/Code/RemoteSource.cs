using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Code;

/// <summary>A repository that the settings name, or a submodule of one.</summary>
/// <param name="mirrors">The server's own copies.</param>
/// <param name="remote">Where it is.</param>
/// <param name="revision">The hash, tag or branch; untrusted.</param>
/// <param name="submoduleHosts">The hosts, beside the repository's own, that submodules may come from.</param>
internal sealed class RemoteSource(IRepositoryMirrors mirrors, RemoteRepository remote, string revision, IReadOnlySet<string> submoduleHosts) : ICodeSource
{
    public RepositoryUrl? Origin => RepositoryUrl.TryParse(remote.CanonicalUrl, out var url) ? url : null;

    public Task<ResolvedCommit> ResolveAsync(CancellationToken cancellation) => mirrors.ResolveAsync(remote, revision, cancellation);

    public ICodeSource Submodule(Submodule submodule) =>
        SubmoduleSource.Find(remote, submodule.Address, submoduleHosts, out var fault) is { } found
            ? new RemoteSource(mirrors, found, submodule.Commit.ToString(), submoduleHosts)
            : throw new AnalysisRunnerException([new Problem(
                PolicyCodes.Submodules,
                $"The address {Quoted.Value(submodule.Address)} of the submodule {Quoted.Value(submodule.Path)} {fault}; correct .gitmodules, or have an administrator allow the host.",
                "commit")]);
}
