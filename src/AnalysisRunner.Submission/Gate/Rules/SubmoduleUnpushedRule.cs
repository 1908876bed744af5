using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>Whoever clones the commit can clone its submodules, too.</summary>
internal sealed class SubmoduleUnpushedRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts)
    {
        if (facts.Remote is not { UnpushedSubmodules: { Count: > 0 } paths }) yield break;
        yield return new Problem(
            SubmissionCodes.SubmoduleUnpushed,
            $"The commits that are recorded for these submodules are on no branch or tag of the submodules' own remotes: {PathList.Quote(paths)}. Run 'git push' inside each, or 'git push --recurse-submodules=on-demand' here.",
            File: Path.Combine(facts.WorkingCopy.VisibleRoot, paths[0]));
    }
}
