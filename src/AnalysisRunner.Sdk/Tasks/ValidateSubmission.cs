using AnalysisRunner.Contracts;
using AnalysisRunner.Submission;

namespace AnalysisRunner.Sdk.Tasks;

/// <summary>Judges the options by themselves, before anything is read or built.</summary>
public sealed class ValidateSubmission : SubmissionTask
{
    /// <inheritdoc/>
    protected override Task RunAsync(CancellationToken cancellation)
    {
        var problems = OptionsCheck.Judge(CreateOptions());
        return problems.Count == 0 ? Task.CompletedTask : throw new AnalysisRunnerException(problems);
    }
}
