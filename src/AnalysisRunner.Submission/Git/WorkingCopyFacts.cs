using AnalysisRunner.Contracts;

namespace AnalysisRunner.Submission.Git;

/// <summary>Everything the gate needs to know about a work tree, read once. Paths are relative to <see cref="Root"/>, with <c>/</c>.</summary>
public sealed record WorkingCopyFacts
{
    /// <summary>The work tree's root as git names it, with symbolic links resolved.</summary>
    public required string Root { get; init; }

    /// <summary>The work tree's root as seen from the folder that was asked about; differs from <see cref="Root"/> behind a symbolic link.</summary>
    public required string VisibleRoot { get; init; }

    /// <summary>The commit that HEAD names; null before the first commit.</summary>
    public CommitId? Head { get; init; }

    /// <summary>The branch that is checked out; null on a detached HEAD.</summary>
    public string? Branch { get; init; }

    /// <summary>The subject of the commit's message; empty before the first commit.</summary>
    public string Subject { get; init; } = "";

    /// <summary>How many parents the commit has.</summary>
    public int Parents { get; init; }

    /// <summary>What differs between commit, index and work tree, and what is untracked.</summary>
    public IReadOnlyList<StatusEntry> Changes { get; init; } = [];

    /// <summary>Modified files whose content is that of the commit once git has normalised the line endings.</summary>
    public IReadOnlySet<string> LineEndingsOnly { get; init; } = new HashSet<string>();

    /// <summary>What the index holds, and below each submodule that is checked out what that one's index holds.</summary>
    public IReadOnlyDictionary<string, IndexEntry> Index { get; init; } = new Dictionary<string, IndexEntry>();

    /// <summary>Tracked files that git was told not to look at and that differ from the commit.</summary>
    public IReadOnlyList<HiddenFile> Hidden { get; init; } = [];

    /// <summary>The operation that was begun and not ended: <c>rebase</c>, <c>merge</c>, <c>cherry-pick</c>, <c>revert</c>, <c>am</c> or <c>bisect</c>.</summary>
    public string? OperationInProgress { get; init; }

    /// <summary>The remotes: name and address, after <c>insteadOf</c>.</summary>
    public IReadOnlyDictionary<string, string> Remotes { get; init; } = new Dictionary<string, string>();

    /// <summary>The remote that the user named; null when none was.</summary>
    public string? RemoteName { get; init; }

    /// <summary>The remote to submit from: the one that was named, else that of the branch's upstream, else <c>origin</c>, else the only one; null when there is none or no obvious one.</summary>
    public string? Remote { get; init; }

    /// <summary>The canonical address of <see cref="Remote"/>; null without one, or when it is not an address on a host.</summary>
    public RepositoryUrl? Repository =>
        Remote is not null && RepositoryUrl.TryParse(Remotes[Remote], out var url) ? url : null;

    /// <summary>The path relative to the root, with <c>/</c>; null when it lies outside.</summary>
    public string? RelativePath(string fullPath) => Below(VisibleRoot, fullPath) ?? Below(Root, fullPath);

    /// <summary>Whether the commit, or a submodule of it, holds the file. Only meaningful while nothing is modified.</summary>
    public bool Holds(string relativePath) => Index.ContainsKey(relativePath);

    private static string? Below(string root, string fullPath)
    {
        // Nearly every path, and nothing has to be taken apart for it: full paths hold no "..".
        if (fullPath.Length > root.Length + 1 && fullPath[root.Length] == Path.DirectorySeparatorChar && fullPath.StartsWith(root, StringComparison.Ordinal))
            return OperatingSystem.IsWindows() ? fullPath[(root.Length + 1)..].Replace('\\', '/') : fullPath[(root.Length + 1)..];
        var relative = Path.GetRelativePath(root, fullPath);
        if (Path.IsPathFullyQualified(relative) || relative == "..") return null;
        if (relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal)) return null;
        return OperatingSystem.IsWindows() ? relative.Replace('\\', '/') : relative;
    }
}

/// <summary>What <c>git status</c> says of one path.</summary>
/// <param name="Path">The path; a folder of untracked files ends with <c>/</c>.</param>
/// <param name="Kind">What differs.</param>
/// <param name="PreviousPath">Where a renamed or copied file was.</param>
public sealed record StatusEntry(string Path, ChangeKind Kind, string? PreviousPath = null);

/// <summary>What differs at a path. The flags combine, as in <c>MM</c>.</summary>
[Flags]
public enum ChangeKind
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The index differs from the commit.</summary>
    Staged = 1,

    /// <summary>The work tree differs from the index.</summary>
    Unstaged = 2,

    /// <summary>Both sides of a merge changed it.</summary>
    Conflicted = 4,

    /// <summary>Git neither tracks nor ignores it.</summary>
    Untracked = 8,

    /// <summary>It is a submodule at another commit.</summary>
    SubmoduleCommit = 16,

    /// <summary>It is a submodule with modified files.</summary>
    SubmoduleModified = 32,

    /// <summary>It is a submodule with untracked files.</summary>
    SubmoduleUntracked = 64,
}

/// <summary>One entry of the index.</summary>
/// <param name="Submodule">The commit of the submodule; null for a file.</param>
public readonly record struct IndexEntry(CommitId? Submodule = null);

/// <summary>A tracked file that git was told not to look at and that differs.</summary>
/// <param name="Path">The path.</param>
/// <param name="Bit"><c>assume-unchanged</c> or <c>skip-worktree</c>.</param>
public sealed record HiddenFile(string Path, string Bit)
{
    /// <summary>The bit by which a user promises not to change a file.</summary>
    public const string AssumeUnchanged = "assume-unchanged";

    /// <summary>The bit by which a sparse checkout leaves files out.</summary>
    public const string SkipWorktree = "skip-worktree";
}

/// <summary>What the remote says of a commit.</summary>
/// <param name="HoldsCommit">Whether some branch or tag of it contains the commit.</param>
/// <param name="DefaultBranch">The name of its default branch; null when it does not tell.</param>
/// <param name="DefaultBranchHoldsCommit">Whether the default branch contains the commit, as far as the objects here can tell.</param>
public sealed record RemoteFacts(bool HoldsCommit, string? DefaultBranch, bool DefaultBranchHoldsCommit)
{
    /// <summary>The submodules whose recorded commit is not on their own remotes.</summary>
    public IReadOnlyList<string> UnpushedSubmodules { get; init; } = [];

    /// <summary>Other remotes that hold the commit, as far as is known here.</summary>
    public IReadOnlyList<string> OtherRemotes { get; init; } = [];
}
