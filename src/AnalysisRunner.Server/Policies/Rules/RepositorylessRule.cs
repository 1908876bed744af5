using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Policies.Rules;

/// <summary>A command without a repository runs only where the dataset's settings say so: no review has seen it.</summary>
internal sealed class RepositorylessRule : IPolicyRule
{
    public Problem? Check(PolicyQuestion question)
    {
        if (question.Request is not { Repository: null } || question.Dataset is not { Repositories: not null } dataset || question.Level is not { } level) return null;
        return dataset.Repositoryless.Contains(level) ? null : new Problem(
            PolicyCodes.RepositorylessNotAllowed,
            $"Runs without a repository are not allowed on {dataset.Name} at level '{level.ToName()}', because nobody could say later what ran; name a repository and a commit, or have an administrator add the level to 'repositoryless' of [datasets.{dataset.Name}].",
            "repository");
    }
}
