using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Git;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>Every file in the work tree is either in the commit or meant not to be.</summary>
internal sealed class UntrackedRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts)
    {
        var paths = facts.WorkingCopy.Changes.Where(change => change.Kind == ChangeKind.Untracked).Select(change => change.Path).ToList();
        if (paths.Count == 0) yield break;
        var remedy = paths.Exists(IsBuildOutput)
            ? "'bin' and 'obj' are build output: let git ignore them ('dotnet new gitignore' writes the usual list). Commit the others."
            : "Commit them ('git add' and 'git commit'), let git ignore them, or remove them.";
        yield return new Problem(
            SubmissionCodes.Untracked,
            $"Git neither tracks nor ignores these, so the run would not have them: {PathList.Quote(paths)}. {remedy}",
            File: Path.Combine(facts.WorkingCopy.VisibleRoot, paths[0]));
    }

    private static bool IsBuildOutput(string path) =>
        path is "bin/" or "obj/" || path.EndsWith("/bin/", StringComparison.Ordinal) || path.EndsWith("/obj/", StringComparison.Ordinal);
}
