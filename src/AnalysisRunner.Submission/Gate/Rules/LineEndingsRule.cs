using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>The bytes that were compiled are those of the commit, line endings included (pitfalls B7).</summary>
internal sealed class LineEndingsRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts)
    {
        var paths = facts.WorkingCopy.Changes.Select(change => change.Path).Where(facts.WorkingCopy.LineEndingsOnly.Contains).ToList();
        if (paths.Count == 0) yield break;
        yield return new Problem(
            SubmissionCodes.LineEndingsOnly,
            $"These differ from the commit in their line endings only: {PathList.Quote(paths)}. Run 'git add --renormalize .'; if that leaves nothing to commit, submit again.",
            File: Path.Combine(facts.WorkingCopy.VisibleRoot, paths[0]));
    }
}
