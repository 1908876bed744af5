using AnalysisRunner.Contracts;

namespace AnalysisRunner.Submission.Git;

/// <summary>The work tree that a submission comes from.</summary>
public interface IWorkingCopy
{
    /// <summary>Reads everything that can be known without a network.</summary>
    /// <exception cref="AnalysisRunnerException">
    /// There is nothing to read: AR2008 (no git), AR2009 (somebody else's repository), AR2011 (no work tree), AR2018 (git failed or hung).
    /// </exception>
    Task<WorkingCopyFacts> ReadAsync(CancellationToken cancellation);

    /// <summary>The work tree as it would be with a commit of it checked out, and nothing else: what is in the files now is not what runs.</summary>
    /// <param name="facts">What <see cref="ReadAsync"/> found.</param>
    /// <param name="revision">A hash, its beginning, a tag or a branch. One that names HEAD gives <paramref name="facts"/> back.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="AnalysisRunnerException">AR1060: it names no commit here.</exception>
    Task<WorkingCopyFacts> ReadCommitAsync(WorkingCopyFacts facts, string revision, CancellationToken cancellation);

    /// <summary>Asks the remote about a commit, and the remotes of its submodules about theirs.</summary>
    /// <param name="facts">What <see cref="ReadAsync"/> found.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="needsDefaultBranch">Whether to find out about the default branch although that takes a fetch.</param>
    /// <param name="cancellation">Stops asking.</param>
    /// <exception cref="AnalysisRunnerException">AR2020: the remote does not answer.</exception>
    Task<RemoteFacts> AskRemoteAsync(WorkingCopyFacts facts, CommitId commit, bool needsDefaultBranch, CancellationToken cancellation);
}
