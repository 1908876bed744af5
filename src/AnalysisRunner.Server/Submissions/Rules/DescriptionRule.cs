using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Submissions.Rules;

/// <summary>The description says something and fits into the log.</summary>
internal sealed class DescriptionRule : ISubmissionRule
{
    private const int MaximumLength = 10_000;

    public IEnumerable<Problem> Check(SubmissionRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.Description))
        {
            yield return new Problem(PolicyCodes.Description, "No description is given; say in a few words what the run is for.", "description");
        }
        else if (request.Description.Length > MaximumLength)
        {
            yield return new Problem(
                PolicyCodes.Description,
                $"The description has {request.Description.Length} characters; shorten it to {MaximumLength}.",
                "description");
        }
        else if (request.Description.Contains('\0'))
        {
            yield return new Problem(PolicyCodes.Description, "The description has a NUL character, which no log can hold; remove it.", "description");
        }
    }
}
