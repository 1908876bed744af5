using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>There is a commit to submit.</summary>
internal sealed class NoCommitRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts)
    {
        if (facts.WorkingCopy.Head is not null) yield break;
        yield return new Problem(
            SubmissionCodes.NoCommit,
            $"The repository {PathList.Quote(facts.WorkingCopy.VisibleRoot)} has no commit yet, and a run is of a commit. Run 'git add --all' and 'git commit'.");
    }
}
