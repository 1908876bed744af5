using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Git;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>Whatever the build reads is in the commit (pitfalls B4): not ignored by git, not outside the repository, not written by the build beside the sources.</summary>
internal sealed class InputsRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts)
    {
        var copy = facts.WorkingCopy;
        // Untracked files are another rule's: one reason per file.
        var untracked = copy.Changes.Where(change => change.Kind == ChangeKind.Untracked).Select(change => change.Path).ToHashSet(GitStatus.PathComparer);
        var outside = new List<BuildInput>();
        var generated = new List<BuildInput>();
        var ignored = new List<BuildInput>();
        foreach (var input in facts.Inputs)
        {
            var relative = copy.RelativePath(input.Path);
            if (relative is null) outside.Add(input);
            else if (copy.Holds(relative) || IsBelowAny(untracked, relative)) continue;
            else if (input.IsGenerated) generated.Add(input);
            else ignored.Add(input);
        }

        if (ignored.Count > 0)
        {
            yield return Refuse(
                SubmissionCodes.InputNotInCommit, ignored, facts, "are ignored by git", "Commit them ('git add --force' and 'git commit'), or have the build write them below 'obj'.");
        }
        if (outside.Count > 0)
            yield return Refuse(SubmissionCodes.InputOutside, outside, facts, "lie outside the repository", "Move them into it, or put them into a package or a submodule.");
        if (generated.Count > 0)
        {
            yield return Refuse(
                SubmissionCodes.GeneratedOutsideObj, generated, facts, "were written by this build, outside 'obj'",
                "Have the build write them to $(IntermediateOutputPath), and add them to its items there.");
        }
    }

    /// <summary>Whether the file is in the set, or in one of its folders, which end with a slash.</summary>
    private static bool IsBelowAny(HashSet<string> paths, string file)
    {
        if (paths.Count == 0) return false;
        if (paths.Contains(file)) return true;
        for (var slash = file.LastIndexOf('/'); slash > 0; slash = file.LastIndexOf('/', slash - 1))
            if (paths.Contains(file[..(slash + 1)])) return true;
        return false;
    }

    private static Problem Refuse(string code, List<BuildInput> inputs, GateFacts facts, string what, string remedy)
    {
        var names = inputs.Select(input => facts.WorkingCopy.RelativePath(input.Path) ?? input.Path).ToList();
        var kinds = string.Join(", ", inputs.Select(input => input.Kind).Distinct());
        return new Problem(
            code,
            $"The build reads files ({kinds}) that the run would not have, because they {what}: {PathList.Quote(names)}. {remedy}",
            File: inputs[0].Path);
    }
}
