using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Submissions.Rules;

/// <summary>A shared server is told a repository by name or address, and no work tree; without a repository it is told a command and nothing else.</summary>
internal sealed class RepositoryRule : ISubmissionRule
{
    public IEnumerable<Problem> Check(SubmissionRequest request)
    {
        if (request.WorkTree is not null)
        {
            yield return new Problem(
                PolicyCodes.Repository, "A work tree is given; only a local runner can read one. Send the repository's URL, and push the commit.", "workTree");
        }
        if (request.Repository is { } repository && !KnownRepositories.IsName(repository) && !RepositoryUrl.TryParse(repository, out _))
        {
            yield return new Problem(
                PolicyCodes.Repository,
                $"The repository {Quoted.Value(repository)} is neither the name nor the URL of a repository; send one such as 'https://github.com/owner/name'.",
                "repository");
        }
        if (request is { Repository: null, Commit.Length: > 0 })
        {
            yield return new Problem(PolicyCodes.Repository, "Missing repo parameter: a commit is given and no repository that has it. Send both, or neither.", "repository");
        }
        if (request is { Repository: null, Project: not null })
        {
            yield return new Problem(PolicyCodes.Repository, "A project is given and no repository that has it; send the repository's URL and the commit.", "repository");
        }
    }
}
