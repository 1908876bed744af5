using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Submissions.Rules;

/// <summary>
/// On a shared server, a repository comes with a commit. The original client may send a tag or a branch; the server resolves it, records the full hash,
/// and keeps the name as a hint (analysis-runner spec §4.6). <c>HEAD</c> means something else on every machine.
/// </summary>
internal sealed class RevisionRule : ISubmissionRule
{
    private const int MaximumLength = 250;

    public IEnumerable<Problem> Check(SubmissionRequest request)
    {
        if (string.IsNullOrEmpty(request.Commit))
        {
            if (request.Repository is not null)
            {
                yield return new Problem(
                    PolicyCodes.Commit, "Missing commit parameter: no commit is given; only committed code runs. Send the full hash that 'git rev-parse HEAD' prints.", "commit");
            }
        }
        else if (request.Commit == "HEAD" || request.Commit[0] == '-' || request.Commit.Length > MaximumLength || request.Commit.Any(c => c <= ' ' || char.IsControl(c)))
        {
            yield return new Problem(
                PolicyCodes.Commit, $"Invalid commit parameter: {Quoted.Value(request.Commit)} does not name a commit; send the full hash that 'git rev-parse HEAD' prints.", "commit");
        }
    }
}
