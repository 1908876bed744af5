namespace AnalysisRunner.Contracts;

/// <summary>Where code came from: repository and commit, with the branch as a hint.</summary>
/// <param name="Repository">The canonical repository URL (<see cref="RepositoryUrl"/>), or null where there is no remote.</param>
/// <param name="Commit">The full commit hash.</param>
/// <param name="Branch">The branch that was checked out; null on a detached HEAD. A hint, never a proof.</param>
public sealed record SourceRevision(string? Repository, string Commit, string? Branch);
