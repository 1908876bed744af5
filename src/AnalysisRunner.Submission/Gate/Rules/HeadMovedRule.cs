using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>What is sent is what was checked and built.</summary>
internal sealed class HeadMovedRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts)
    {
        if (facts.ExpectedCommit is not { } expected || facts.WorkingCopy.Head is not { } head || head == expected) yield break;
        yield return new Problem(
            SubmissionCodes.HeadMoved,
            $"HEAD moved from '{expected.Short}' to '{head.Short}' while the project was built, so the build and the commit do not belong together. Submit again.");
    }
}
