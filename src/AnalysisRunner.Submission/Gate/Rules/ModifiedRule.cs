using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Git;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>No tracked file differs from the commit: neither staged nor unstaged nor conflicted, nor inside a submodule.</summary>
internal sealed class ModifiedRule : IGateRule
{
    private const ChangeKind Submodule = ChangeKind.SubmoduleCommit | ChangeKind.SubmoduleModified | ChangeKind.SubmoduleUntracked;

    public IEnumerable<Problem> Judge(GateFacts facts)
    {
        var changes = facts.WorkingCopy.Changes
            .Where(change => change.Kind != ChangeKind.Untracked && !facts.WorkingCopy.LineEndingsOnly.Contains(change.Path))
            .ToList();

        foreach (var problem in Group(changes.Where(c => c.Kind.HasFlag(ChangeKind.Conflicted)), facts, "are in conflict", "Resolve the conflicts, then 'git add' and 'git commit'."))
            yield return problem;
        foreach (var problem in Group(
            changes.Where(c => (c.Kind & (ChangeKind.Conflicted | Submodule)) == 0),
            facts,
            "differ from the commit",
            "Commit them ('git commit --all') or put them aside ('git stash')."))
            yield return problem;
        foreach (var problem in Group(
            changes.Where(c => c.Kind.HasFlag(ChangeKind.SubmoduleCommit)),
            facts,
            "are submodules at another commit than the one recorded",
            "Commit the new position, or go back with 'git submodule update'."))
            yield return problem;
        foreach (var problem in Group(
            changes.Where(c => (c.Kind & (ChangeKind.SubmoduleModified | ChangeKind.SubmoduleUntracked)) != 0),
            facts,
            "are submodules with uncommitted files",
            "Commit inside the submodule, push it, and commit its new position here."))
            yield return problem;
    }

    private static IEnumerable<Problem> Group(IEnumerable<StatusEntry> changes, GateFacts facts, string what, string remedy)
    {
        var paths = changes.Select(change => change.Path).ToList();
        if (paths.Count == 0) yield break;
        yield return new Problem(
            SubmissionCodes.Modified,
            $"Only committed code is submitted, and these {what}: {PathList.Quote(paths)}. {remedy}",
            File: Path.Combine(facts.WorkingCopy.VisibleRoot, paths[0]));
    }
}
