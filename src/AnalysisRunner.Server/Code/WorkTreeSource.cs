using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Code;

/// <summary>A work tree on this machine, as a local runner is given it.</summary>
/// <param name="mirrors">The server's own copies.</param>
/// <param name="folder">The absolute path of the work tree; untrusted.</param>
/// <param name="commit">The commit.</param>
/// <param name="origin">What its user's build stamped; null for none.</param>
internal sealed class WorkTreeSource(IRepositoryMirrors mirrors, string folder, CommitId commit, RepositoryUrl? origin) : ICodeSource
{
    public RepositoryUrl? Origin => origin;

    public Task<ResolvedCommit> ResolveAsync(CancellationToken cancellation) => mirrors.ResolveAsync(folder, commit, cancellation);

    // The user's own work tree of the submodule has the commit, or the build would have refused to submit.
    public ICodeSource Submodule(Submodule submodule)
    {
        var inside = Path.Combine(folder, submodule.Path);
        // Without a .git of its own, git would take the folder for a part of the parent.
        if (RepositoryPath.TryParse(submodule.Path, out _, out _) && Path.Exists(Path.Combine(inside, ".git")))
        {
            return new WorkTreeSource(mirrors, inside, submodule.Commit, RepositoryUrl.TryParse(submodule.Address, out var url) ? url : null);
        }
        throw new AnalysisRunnerException([new Problem(
            PolicyCodes.Submodules,
            $"The submodule {Quoted.Value(submodule.Path)} is not in the work tree; run 'git submodule update --init --recursive' there and submit again.",
            "commit")]);
    }
}
