using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Policies.Rules;

/// <summary>Config values that no commit holds are allowed, unless the dataset forbids them.</summary>
internal sealed class UncommittedConfigRule : IPolicyRule
{
    public Problem? Check(PolicyQuestion question)
    {
        if (question.Dataset is not { AllowsUncommittedConfig: false } dataset) return null;
        return question.Request.Config?.FirstOrDefault(layer => layer?.Content is not null) is not { } layer ? null : new Problem(
            PolicyCodes.UncommittedConfigNotAllowed,
            $"The config {Quoted.Value(layer.Path)} is not in the commit, and {dataset.Name} forbids such values; commit the file, or have an administrator set 'uncommitted_config = true' in [datasets.{dataset.Name}].",
            "config");
    }
}
