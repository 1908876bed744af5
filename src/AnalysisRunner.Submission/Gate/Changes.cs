using AnalysisRunner.Contracts;
using AnalysisRunner.Submission.Git;

namespace AnalysisRunner.Submission.Gate;

/// <summary>How rules about changes speak.</summary>
internal static class Changes
{
    /// <summary>One refusal that names all the paths whose change is meant; none when there is no such path.</summary>
    public static IEnumerable<Problem> RefuseChanges(this GateFacts facts, string code, Func<StatusEntry, bool> isMeant, string what, string remedy)
    {
        var paths = facts.WorkingCopy.Changes.Where(isMeant).Select(change => change.Path).ToList();
        if (paths.Count == 0) yield break;
        yield return new Problem(
            code,
            $"Only committed code is submitted, and these {what}: {PathList.Quote(paths)}. {remedy}",
            File: Path.Combine(facts.WorkingCopy.VisibleRoot, paths[0]));
    }
}
