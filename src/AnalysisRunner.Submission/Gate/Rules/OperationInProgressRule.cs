using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>HEAD is a commit to keep, not a step of a rebase or merge.</summary>
internal sealed class OperationInProgressRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts)
    {
        if (facts.WorkingCopy.OperationInProgress is not { } operation) yield break;
        var remedy = operation == "bisect"
            ? "End it with 'git bisect reset'."
            : $"End it with 'git {operation} --continue' or 'git {operation} --abort'.";
        yield return new Problem(SubmissionCodes.OperationInProgress, $"A '{operation}' is in progress, so HEAD may not be a commit that stays. {remedy}");
    }
}
