using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>The commit is one that stays, not the merge that CI makes for a pull request (pitfalls A23).</summary>
internal sealed class TransientMergeRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts)
    {
        if (facts.Options.IsLocal || facts.TransientMergeRef is not { } reference || facts.WorkingCopy is not { Head: { } head, Parents: > 1 }) yield break;
        yield return new Problem(
            SubmissionCodes.TransientMerge,
            $"Commit '{head.Short}' is the temporary merge '{reference}' of a pull request, which will vanish. Check out the head of the branch instead.");
    }
}
