using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Git;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>No submodule holds what its own commit does not.</summary>
internal sealed class SubmoduleContentRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts) => facts.RefuseChanges(
        SubmissionCodes.SubmoduleModified,
        change => (change.Kind & (ChangeKind.SubmoduleModified | ChangeKind.SubmoduleUntracked)) != 0,
        "are submodules with uncommitted files",
        "Commit inside the submodule, push it, and commit its new position here.");
}
