using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Code;

/// <summary>
/// The server's own copies of the repositories that code runs from. Whatever the server says about a commit, it has read here and not where
/// the request pointed.
/// </summary>
public interface IRepositoryMirrors
{
    /// <summary>
    /// Brings a commit of the repository that <paramref name="workTree"/> belongs to into its mirror, unless it is there, and says what it
    /// is. The default branch is looked up anew each time. One fetch at a time per mirror.
    /// </summary>
    /// <param name="workTree">The absolute path of a folder inside a git work tree; untrusted.</param>
    /// <param name="commit">The commit that the repository must have.</param>
    /// <param name="cancellation">Ends git and gives up.</param>
    /// <exception cref="AnalysisRunnerException">
    /// <c>AR6015</c> the folder is not in a git work tree; <c>AR6030</c> the repository does not have the commit; <c>AR6036</c> there is no
    /// git; <c>AR6037</c> git failed.
    /// </exception>
    Task<ResolvedCommit> ResolveAsync(string workTree, CommitId commit, CancellationToken cancellation);

    /// <summary>
    /// Fetches the branches and tags of a remote repository and says what a revision of it is. Everybody who asks is answered from a fetch that began
    /// after they asked; those who ask at the same time share one.
    /// </summary>
    /// <param name="remote">The repository.</param>
    /// <param name="revision">A hash, a tag or a branch; untrusted.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="AnalysisRunnerException">
    /// <c>AR6030</c> there is no such revision; <c>AR6061</c> no branch or tag contains the commit; <c>AR6063</c> the repository cannot be fetched;
    /// <c>AR6037</c> git failed.
    /// </exception>
    Task<ResolvedCommit> ResolveAsync(RemoteRepository remote, string revision, CancellationToken cancellation);

    /// <summary>
    /// Removes mirrors that nobody needs: those that were last used before a moment, and then the longest unused ones while all together are larger than
    /// a size. One that is removed is cloned again when it is asked for.
    /// </summary>
    /// <param name="before">The moment; null for none.</param>
    /// <param name="size">The size in bytes; null for none.</param>
    /// <param name="isNeeded">Whether a mirror, by its folder, must stay because a checkout borrows from it.</param>
    /// <param name="cancellation">Gives up between two mirrors.</param>
    /// <returns>The folders of those that were removed.</returns>
    Task<IReadOnlyList<string>> ForgetAsync(DateTimeOffset? before, long? size, Func<string, bool> isNeeded, CancellationToken cancellation);

    /// <summary>What <paramref name="path"/> is in the commit, or null when the commit has no such path. Links are not followed.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6037</c> git failed.</exception>
    Task<CommittedEntry?> FindAsync(ResolvedCommit commit, RepositoryPath path, CancellationToken cancellation);

    /// <summary>The bytes of a file of the commit, or null when the path is not a file (a link is none) or the commit has none.</summary>
    /// <exception cref="AnalysisRunnerException">
    /// <c>AR6037</c> the file is larger than <paramref name="limit"/> bytes (<see cref="CommittedEntry.Size"/> tells before), or git
    /// failed.
    /// </exception>
    Task<byte[]?> ReadFileAsync(ResolvedCommit commit, RepositoryPath path, int limit, CancellationToken cancellation);

    /// <summary>The commit's submodules, in the order of the tree; empty when it has none.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6037</c> git failed.</exception>
    Task<IReadOnlyList<Submodule>> ListSubmodulesAsync(ResolvedCommit commit, CancellationToken cancellation);
}
