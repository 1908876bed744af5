using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Code;

namespace AnalysisRunner.Server.Submissions.Rules;

/// <summary>The working directory, when given, is a path inside the repository.</summary>
internal sealed class WorkingDirectoryRule : ISubmissionRule
{
    public IEnumerable<Problem> Check(SubmissionRequest request)
    {
        // Nothing, '' and '.' all mean the root.
        if (request.WorkingDirectory is null or "" or "." || RepositoryPath.TryParse(request.WorkingDirectory, out _, out var fault)) yield break;
        yield return new Problem(
            PolicyCodes.WorkingDirectory,
            $"The working directory {Quoted.Value(request.WorkingDirectory)} {fault}; give a folder of the repository relative to its root.",
            "workingDirectory");
    }
}
