using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Submissions.Rules;

/// <summary>The dataset is named and its name is well formed: it becomes part of bucket and folder names.</summary>
internal sealed class DatasetRule : ISubmissionRule
{
    public IEnumerable<Problem> Check(SubmissionRequest request)
    {
        if (DatasetName.TryParse(request.Dataset, out _)) yield break;
        yield return new Problem(
            PolicyCodes.Dataset,
            string.IsNullOrEmpty(request.Dataset)
                ? "No dataset is given; name the one to run on, such as 'fewgenomes'."
                : $"The dataset {Quoted.Value(request.Dataset)} is not a dataset name; use lower-case letters, digits and single hyphens, starting with a letter, at most {DatasetName.MaximumLength} characters.",
            "dataset");
    }
}
