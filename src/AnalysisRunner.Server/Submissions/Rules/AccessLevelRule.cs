using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Submissions.Rules;

/// <summary>The access level is exactly one of the three names, because it decides what a run may touch.</summary>
internal sealed class AccessLevelRule : ISubmissionRule
{
    public IEnumerable<Problem> Check(SubmissionRequest request)
    {
        if (AccessLevelNames.TryParse(request.AccessLevel, out _)) yield break;
        yield return new Problem(
            PolicyCodes.Level,
            string.IsNullOrEmpty(request.AccessLevel)
                ? "No access level is given; choose 'test', 'standard' or 'full'."
                : $"The access level {Quoted.Value(request.AccessLevel)} does not exist; choose 'test', 'standard' or 'full'.",
            "accessLevel");
    }
}
