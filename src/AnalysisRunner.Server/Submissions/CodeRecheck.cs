using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Code;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Submissions;

/// <summary>
/// Looks a second time, just before anything of a run starts, whether its commit is on the default branch: between acceptance and start there may be days
/// of waiting for approval, or a server that was down.
/// </summary>
internal sealed class CodeRecheck(IRepositoryMirrors mirrors, CurrentSettings current)
{
    /// <summary>Fetches the repository anew and judges the commit of a run whose level asks for reviewed code.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6031</c> it is not on the default branch any more; or it cannot be found out.</exception>
    public async Task CheckAsync(Invocation invocation, CancellationToken cancellation)
    {
        if (!invocation.AccessLevel.NeedsReviewedCode() || SourceOf(invocation) is not { } source) return;
        var branch = (await source.ResolveAsync(cancellation)).DefaultBranch;
        if (branch.ContainsCommit) return;
        throw new AnalysisRunnerException([new Problem(
            PolicyCodes.NotOnDefaultBranch,
            $"Level '{invocation.AccessLevel.ToName()}' runs reviewed code only, and commit '{invocation.Commit}' was on the default branch when the run was accepted and is not now. {branch.Reason} Merge it and submit again.",
            "commit")]);
    }

    private ICodeSource? SourceOf(Invocation invocation)
    {
        var code = current.Value.Code;
        if (!CommitId.TryParse(invocation.Commit, out var commit)) return null;
        if (invocation.WorkTree is { } folder) return new WorkTreeSource(mirrors, folder, commit, null);
        return KnownRepositories.Find(code, invocation.Repository) is { } repository
            ? new RemoteSource(mirrors, KnownRepositories.Locate(code, repository), invocation.Commit, code.SubmoduleHosts)
            : throw new AnalysisRunnerException([new Problem(
                PolicyCodes.RepositoryNotAllowed, $"The repository {Quoted.Value(invocation.Repository)} is not one of the server's settings any more; have an administrator add it, and submit again.", "repository")]);
    }
}
