using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Git;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>Every submodule is at the commit that this commit records.</summary>
internal sealed class SubmodulePositionRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts) => facts.RefuseChanges(
        SubmissionCodes.SubmoduleMoved,
        change => change.Kind.HasFlag(ChangeKind.SubmoduleCommit),
        "are submodules at another commit than the one recorded",
        "Commit the new position ('git add' and 'git commit'), or go back with 'git submodule update'.");
}
