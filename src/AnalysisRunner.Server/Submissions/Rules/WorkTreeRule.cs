using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Submissions.Rules;

/// <summary>The local runner is told an absolute work tree to clone from; a repository URL, when given, is one.</summary>
internal sealed class WorkTreeRule : ISubmissionRule
{
    private const int MaximumLength = 4000;

    public IEnumerable<Problem> Check(SubmissionRequest request)
    {
        if (request.Repository is not null && !RepositoryUrl.TryParse(request.Repository, out _))
        {
            yield return new Problem(
                PolicyCodes.Repository,
                $"The repository {Quoted.Value(request.Repository)} is not a repository URL; send one such as 'https://github.com/owner/name'.",
                "repository");
        }
        if (string.IsNullOrEmpty(request.WorkTree))
        {
            yield return new Problem(
                PolicyCodes.Repository,
                "No work tree is given; the local runner clones from the work tree's own repository. Send its absolute path.",
                "workTree");
        }
        else if (!Path.IsPathFullyQualified(request.WorkTree) || request.WorkTree.Length > MaximumLength || request.WorkTree.Any(char.IsControl))
        {
            yield return new Problem(
                PolicyCodes.Repository,
                $"The work tree {Quoted.Value(request.WorkTree)} is not an absolute path without control characters; send the path that 'git rev-parse --show-toplevel' prints.",
                "workTree");
        }
    }
}
