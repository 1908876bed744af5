using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Submissions.Rules;

/// <summary>The output prefix, when given, stays inside the dataset's storage.</summary>
internal sealed class OutputPrefixRule : ISubmissionRule
{
    public IEnumerable<Problem> Check(SubmissionRequest request)
    {
        if (request.OutputPrefix is null || OutputPrefix.TryParse(request.OutputPrefix, out _, out var fault)) yield break;
        yield return new Problem(
            PolicyCodes.OutputPrefixInvalid,
            $"The output prefix {Quoted.Value(request.OutputPrefix)} {fault}; give a path such as 'cohort/v1', or none to get one of the run's own.",
            "outputPrefix");
    }
}
