using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>The commit is on a branch or tag of the remote.</summary>
internal sealed class UnpushedRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts)
    {
        if (facts.Remote is not { HoldsCommit: false } || facts.WorkingCopy.Head is not { } head) yield break;
        var elsewhere = facts.Remote.OtherRemotes is [var other, ..]
            ? $"To submit from '{other}', which has it, add '{facts.Options.Names.Give(facts.Options.Names.Remote, other)}'."
            : "If it was pushed from elsewhere, 'git fetch' first.";
        yield return new Problem(
            SubmissionCodes.Unpushed,
            $"Commit '{head.Short}' is on no branch or tag of the remote '{facts.WorkingCopy.Remote}', so the server cannot fetch it. Run 'git push'. {elsewhere}");
    }
}
