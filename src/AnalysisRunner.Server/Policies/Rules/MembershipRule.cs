using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Policies.Rules;

/// <summary>The caller is a member of the dataset (analysis-runner spec §3, check 11).</summary>
internal sealed class MembershipRule : IPolicyRule
{
    public Problem? Check(PolicyQuestion question) => question.Dataset is not { } dataset || dataset.IsMember(question.Caller) ? null : new Problem(
        PolicyCodes.NotMember,
        $"{Quoted.Value(question.Caller.Name)} is not a member of the {dataset.Name} analysis group; ask the people responsible for the dataset to add you.",
        "dataset");
}
