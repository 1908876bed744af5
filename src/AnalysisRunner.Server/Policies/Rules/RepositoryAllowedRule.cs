using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Policies.Rules;

/// <summary>The repository, when there is one, is on the dataset's list.</summary>
internal sealed class RepositoryAllowedRule : IPolicyRule
{
    public Problem? Check(PolicyQuestion question)
    {
        if (question.Dataset is not { Repositories: { } allowed } dataset || question.Request.Repository is null) return null;
        if (question.Repository is { } repository && allowed.Contains(repository.Name)) return null;
        return new Problem(
            PolicyCodes.RepositoryNotAllowed,
            $"The repository {Quoted.Value(question.Request.Repository)} is not in the list of repositories that may run on {dataset.Name}; have an administrator add its name to 'repositories' of [datasets.{dataset.Name}] in server.toml.",
            "repository");
    }
}
