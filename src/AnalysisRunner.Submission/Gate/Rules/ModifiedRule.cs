using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Git;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>No tracked file differs from the commit, neither in the index nor in the work tree.</summary>
internal sealed class ModifiedRule : IGateRule
{
    // Each of these has a rule, and a remedy, of its own.
    private const ChangeKind Others =
        ChangeKind.Untracked | ChangeKind.Conflicted | ChangeKind.SubmoduleCommit | ChangeKind.SubmoduleModified | ChangeKind.SubmoduleUntracked;

    public IEnumerable<Problem> Judge(GateFacts facts) => facts.RefuseChanges(
        SubmissionCodes.Modified,
        change => (change.Kind & Others) == 0 && !facts.WorkingCopy.LineEndingsOnly.Contains(change.Path),
        "differ from the commit",
        "Commit them ('git commit --all') or put them aside ('git stash').");
}
