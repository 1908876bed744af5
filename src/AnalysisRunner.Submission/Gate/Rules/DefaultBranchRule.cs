using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>Levels standard and full run reviewed code only: commits of the remote's default branch.</summary>
internal sealed class DefaultBranchRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts)
    {
        if (!AccessLevelNames.TryParse(facts.Options.AccessLevel, out var level) || !level.NeedsReviewedCode()) yield break;
        if (facts.Remote is not { HoldsCommit: true, DefaultBranchHoldsCommit: false } remote || facts.WorkingCopy.Head is not { } head) yield break;
        var branch = remote.DefaultBranch is { } name ? $"'{name}'" : "(which it does not name)";
        yield return new Problem(
            SubmissionCodes.NotOnDefaultBranch,
            $"Access level '{level.ToName()}' runs reviewed code only, and commit '{head.Short}' is not on the default branch {branch} of '{facts.WorkingCopy.Remote}'. Merge it first ('git fetch' if that has happened), or use level 'test'.");
    }
}
