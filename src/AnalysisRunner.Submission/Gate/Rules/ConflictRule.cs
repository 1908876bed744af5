using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Git;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>No merge has left a conflict behind.</summary>
internal sealed class ConflictRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts) => facts.RefuseChanges(
        SubmissionCodes.Conflicted,
        change => change.Kind.HasFlag(ChangeKind.Conflicted),
        "are in conflict",
        "Resolve the conflicts, then 'git add' and 'git commit'.");
}
