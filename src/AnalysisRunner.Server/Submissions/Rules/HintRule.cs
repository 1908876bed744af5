using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Submissions.Rules;

/// <summary>Branch, image and client name are single short lines.</summary>
internal sealed class HintRule : ISubmissionRule
{
    private const int MaximumLength = 1000;

    public IEnumerable<Problem> Check(SubmissionRequest request)
    {
        (string? Value, string Field)[] hints =
        [
            (request.Branch, "branch"),
            (request.Image, "image"),
            (request.Client is null ? null : request.Client.Name ?? "", "client.name"),
            (request.Client is null ? null : request.Client.Version ?? "", "client.version"),
        ];
        foreach (var (value, field) in hints)
        {
            if (value is null || (value.Length is > 0 and <= MaximumLength && !value.Any(char.IsControl))) continue;
            yield return new Problem(
                PolicyCodes.Hint,
                $"{Quoted.Value(value)} cannot be the {field}: it must be one line of 1 to {MaximumLength} characters. Correct it or leave it out.",
                field);
        }
    }
}
