using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Git;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>Whatever the build reads is in the commit (pitfalls B4): not ignored by git, not outside the repository.</summary>
internal sealed class InputsRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts)
    {
        var copy = facts.WorkingCopy;
        var outside = new List<BuildInput>();
        var ignored = new List<BuildInput>();
        foreach (var input in facts.Inputs.DistinctBy(input => input.Path, GitStatus.PathComparer))
        {
            var relative = copy.RelativePath(input.Path);
            if (relative is null) outside.Add(input);
            else if (!copy.Holds(relative) && !IsUntracked(copy, relative)) ignored.Add(input);
        }

        if (outside.Count > 0) yield return Refuse(outside, facts, "lie outside the repository", "Move them into it, or put them into a package.");
        if (ignored.Count > 0)
            yield return Refuse(ignored, facts, "are ignored by git", "Commit them ('git add --force' and 'git commit'), or have the build write them below 'obj'.");
    }

    /// <summary>Untracked files are another rule's: one reason per file.</summary>
    private static bool IsUntracked(WorkingCopyFacts copy, string path) => copy.Changes.Any(change =>
        change.Kind == ChangeKind.Untracked
        && (change.Path == path || (change.Path.EndsWith('/') && path.StartsWith(change.Path, StringComparison.Ordinal))));

    private static Problem Refuse(List<BuildInput> inputs, GateFacts facts, string what, string remedy)
    {
        var names = inputs.Select(input => facts.WorkingCopy.RelativePath(input.Path) ?? input.Path).ToList();
        var kinds = string.Join(", ", inputs.Select(input => input.Kind).Distinct());
        return new Problem(
            SubmissionCodes.InputNotInCommit,
            $"The build reads files ({kinds}) that the run would not have, because they {what}: {PathList.Quote(names)}. {remedy}",
            File: inputs[0].Path);
    }
}
