using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Policies.Rules;

/// <summary>A CI workflow submits commits of its own repository and of no other.</summary>
internal sealed class WorkflowRepositoryRule : IPolicyRule
{
    public Problem? Check(PolicyQuestion question)
    {
        if (question.Caller.Repository is not { } own || question.Repository?.Url == own) return null;
        return new Problem(
            PolicyCodes.OtherRepositoryOfWorkflow,
            $"The token belongs to a workflow of '{own}', which may submit commits of that repository only, and the request names {Quoted.Value(question.Request.Repository)}; submit from a workflow of the repository that is to run.",
            "repository");
    }
}
