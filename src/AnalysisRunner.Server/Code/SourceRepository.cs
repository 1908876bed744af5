using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Code;

/// <summary>The user's own repository, as found from a work tree of it.</summary>
/// <param name="Folder">The absolute path of what all its work trees share, without links.</param>
/// <param name="ObjectFormat"><c>sha1</c> or <c>sha256</c>.</param>
/// <param name="IsShallow">Whether its history is cut off.</param>
/// <param name="DefaultBranch">Its default branch.</param>
internal sealed record SourceRepository(string Folder, string ObjectFormat, bool IsShallow, SourceBranch DefaultBranch)
{
    public static async Task<SourceRepository> FindAsync(GitProcess git, string workTree, CancellationToken cancellation)
    {
        if (!Path.IsPathFullyQualified(workTree) || workTree.Any(char.IsControl) || !Directory.Exists(workTree))
        {
            throw NotAWorkTree(workTree, "it is not the absolute path of a folder that the server can see");
        }
        var found = await git.RunAsync(
            new GitCommand("rev-parse", "--is-inside-work-tree", "--show-object-format", "--is-shallow-repository", "--git-common-dir")
            {
                Folder = workTree,
            },
            cancellation);
        if (!found.Succeeded)
        {
            var isForeign = found.Error.Contains("dubious ownership", StringComparison.Ordinal);
            throw NotAWorkTree(
                workTree, isForeign ? "it belongs to another user, and git's safe.directory does not name it" : $"git says: {found.Error}");
        }
        if (found.Lines is not ["true", var format and ("sha1" or "sha256"), var isShallow, var common])
        {
            throw NotAWorkTree(workTree, "it is git's own folder or a form of repository that the server does not know");
        }

        // Asked again from there, git answers with the path that has no links: the work trees of one repository share a mirror.
        var absolute = Path.GetFullPath(common, workTree);
        var canonical = await git.RunAsync(new GitCommand("rev-parse", "--absolute-git-dir") { Repository = absolute }, cancellation);
        if (canonical is not { Succeeded: true, Lines: [var folder] }) throw NotAWorkTree(workTree, $"git says: {canonical.Error}");
        return new SourceRepository(folder, format, isShallow == "true", await SourceBranch.FindAsync(git, folder, cancellation));
    }

    private static AnalysisRunnerException NotAWorkTree(string workTree, string reason) => new([new Problem(
        PolicyCodes.Repository,
        $"The server cannot read the commit from the work tree \"{Printable(workTree)}\": {reason}. "
        + "Submit from a folder inside a git work tree of your own.",
        "workTree")]);

    private static string Printable(string text) => string.Concat(text.Take(500).Select(c => char.IsControl(c) ? ' ' : c));
}

/// <summary>
/// The default branch of a repository: the one that <c>origin/HEAD</c> names, else <c>main</c>, else <c>master</c>, else the only one.
/// </summary>
/// <param name="Name">Its short name; null when no rule finds one.</param>
/// <param name="Tip">The commit of the local branch of that name; null when there is none.</param>
internal sealed record SourceBranch(string? Name, string? Tip)
{
    private const string LocalBranches = "refs/heads/";
    private const string OriginBranches = "refs/remotes/origin/";

    public string RefName => LocalBranches + Name;

    public static async Task<SourceBranch> FindAsync(GitProcess git, string repository, CancellationToken cancellation)
    {
        var list = await git.RunAsync(
            new GitCommand("for-each-ref", "--format=%(objectname) %(refname)", LocalBranches) { Repository = repository }, cancellation);
        if (!list.Succeeded)
        {
            throw new AnalysisRunnerException(PolicyCodes.GitFailed, $"Git cannot list the branches of \"{repository}\": {list.Error}");
        }
        var tips = list.Lines.Select(line => line.Split(' ', 2))
            .ToDictionary(parts => parts[1][LocalBranches.Length..], parts => parts[0], StringComparer.Ordinal);

        var origin = await git.RunAsync(
            new GitCommand("symbolic-ref", "--quiet", OriginBranches + "HEAD") { Repository = repository }, cancellation);
        var name = origin.Succeeded && origin.Text.StartsWith(OriginBranches, StringComparison.Ordinal)
            ? origin.Text[OriginBranches.Length..]
            : tips.ContainsKey("main") ? "main"
            : tips.ContainsKey("master") ? "master"
            : tips.Count == 1 ? tips.Keys.Single()
            : null;
        return new SourceBranch(name, name is null ? null : tips.GetValueOrDefault(name));
    }
}
