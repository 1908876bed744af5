using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Code;

/// <summary>A commit that the server holds in its own mirror, and what it found out about it there.</summary>
public sealed record ResolvedCommit
{
    /// <summary>The full hash, verified to name a commit.</summary>
    public required CommitId Commit { get; init; }

    /// <summary>The absolute path of the bare mirror that holds it.</summary>
    public required string Mirror { get; init; }

    /// <summary>The first line of the commit's message.</summary>
    public required string Subject { get; init; }

    /// <summary>Whether the default branch contains the commit.</summary>
    public required DefaultBranch DefaultBranch { get; init; }

    /// <summary>Whether it keeps files in Git LFS, which are in the mirror's folder <c>lfs</c>.</summary>
    public bool HasLargeFiles { get; init; }

    /// <summary>The ref of the mirror that is the default branch; null when there is none.</summary>
    public string? DefaultBranchRef { get; init; }

    /// <summary>Its submodules and theirs, each after the one that has it.</summary>
    public IReadOnlyList<ResolvedSubmodule> Submodules { get; init; } = [];
}

/// <summary>Whether reviewed code may be made of a commit.</summary>
/// <param name="Name">The default branch's short name; null when the repository has none that is recognisable.</param>
/// <param name="ContainsCommit">Whether it contains the commit; false also when that cannot be decided.</param>
/// <param name="Reason">Why not, or why it cannot be decided, as a sentence that says what to do; null when it contains the commit.</param>
public sealed record DefaultBranch(string? Name, bool ContainsCommit, string? Reason);

/// <summary>What a path of a commit is.</summary>
public enum CommittedKind
{
    /// <summary>A file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link, whose target is not looked at.</summary>
    SymbolicLink,

    /// <summary>A submodule.</summary>
    Submodule,
}

/// <summary>An entry of a commit's tree.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="IsExecutable">Whether it is a file with the executable bit.</param>
/// <param name="ObjectId">The hash of its content.</param>
/// <param name="Size">The bytes of its content; null where it is a folder or a submodule.</param>
public sealed record CommittedEntry(CommittedKind Kind, bool IsExecutable, string ObjectId, long? Size);
