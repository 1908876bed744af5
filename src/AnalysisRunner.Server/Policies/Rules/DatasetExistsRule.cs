using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Policies.Rules;

/// <summary>The dataset is one of the server's.</summary>
internal sealed class DatasetExistsRule : IPolicyRule
{
    public Problem? Check(PolicyQuestion question) => question.Dataset is not null ? null : new Problem(
        PolicyCodes.DatasetUnknown,
        $"The dataset {Quoted.Value(question.Request.Dataset)} is not in the server's settings; check the name, or have an administrator add [datasets.{question.Request.Dataset}] to server.toml.",
        "dataset");
}
