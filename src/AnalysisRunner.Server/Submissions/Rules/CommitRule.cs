using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Submissions.Rules;

/// <summary>The commit is a full hash: a branch, a tag or an abbreviation could mean something else tomorrow.</summary>
internal sealed class CommitRule : ISubmissionRule
{
    public IEnumerable<Problem> Check(SubmissionRequest request)
    {
        if (CommitId.TryParse(request.Commit, out _)) yield break;
        yield return new Problem(
            PolicyCodes.Commit,
            string.IsNullOrEmpty(request.Commit)
                ? "No commit is given; only committed code runs. Send the full hash that 'git rev-parse HEAD' prints."
                : $"The commit {Quoted.Value(request.Commit)} is not a full hash; send the 40 or 64 hexadecimal digits that 'git rev-parse' prints.",
            "commit");
    }
}
