using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Code;

/// <summary>A submodule of a commit.</summary>
/// <param name="Path">Where it lies, relative to the root of the commit that has it.</param>
/// <param name="Commit">The commit that it is at.</param>
/// <param name="Address">Where <c>.gitmodules</c> says it comes from; null when it says nothing.</param>
public sealed record Submodule(string Path, CommitId Commit, string? Address);

/// <summary>A submodule that the server holds in a mirror.</summary>
/// <param name="Path">Where it is to be checked out, relative to the root of the outermost repository.</param>
/// <param name="Commit">The commit.</param>
/// <param name="Origin">Its canonical URL; null when it has none.</param>
public sealed record ResolvedSubmodule(string Path, ResolvedCommit Commit, RepositoryUrl? Origin);
