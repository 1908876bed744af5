using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>No tracked file is hidden from git's comparison (pitfalls B5).</summary>
internal sealed class HiddenRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts)
    {
        foreach (var group in facts.WorkingCopy.Hidden.GroupBy(file => file.Bit))
        {
            var paths = group.Select(file => file.Path).ToList();
            yield return new Problem(
                SubmissionCodes.Hidden,
                $"Git was told not to compare these with the commit ({group.Key}), so a change in them would go unseen: {PathList.Quote(paths)}. Run 'git update-index --no-{group.Key} -- <file>' for each.",
                File: Path.Combine(facts.WorkingCopy.VisibleRoot, paths[0]));
        }
    }
}
