using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Submissions.Rules;

/// <summary>Arguments can be given to a program: no NUL, and within what a kernel takes (128 KiB for one argument on Linux).</summary>
internal sealed class ArgumentsRule : ISubmissionRule
{
    private const int MaximumCount = 10_000;
    private const int MaximumLength = 32_000;

    public IEnumerable<Problem> Check(SubmissionRequest request)
    {
        if (request.Arguments is { Count: > 0 } && request.Script is { Count: > 0 })
        {
            yield return new Problem(
                PolicyCodes.Arguments,
                "Arguments are given beside a script; they belong to a project's program. Append them to the script instead.",
                "arguments");
        }
        foreach (var problem in Check(request.Arguments, "arguments").Concat(Check(request.Script, "script"))) yield return problem;
    }

    private static IEnumerable<Problem> Check(IReadOnlyList<string>? arguments, string field)
    {
        if (arguments is null) yield break;
        if (arguments.Count > MaximumCount)
        {
            yield return new Problem(
                PolicyCodes.Arguments, $"There are {arguments.Count} arguments; at most {MaximumCount} can be given. Put them into a file of the commit.", field);
            yield break;
        }
        for (var i = 0; i < arguments.Count; i++)
        {
            var fault = arguments[i] switch
            {
                null => "is null",
                { Length: > MaximumLength } => $"is longer than {MaximumLength} characters; put it into a file of the commit",
                var text when text.Contains('\0') => "has a NUL character, which no program can be given",
                _ => null,
            };
            if (fault is not null) yield return new Problem(PolicyCodes.Arguments, $"The argument {i + 1} {fault}.", $"{field}[{i}]");
        }
    }
}
