using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission;
using Microsoft.Build.Framework;

namespace AnalysisRunner.Sdk.Tasks;

/// <summary>What our tasks share: one async body, cancelled by Ctrl-C, whose problems become build errors with code, page and position.</summary>
#pragma warning disable CA1001 // MSBuild gives a task no end of life, and Cancel may come late; a source without a timer holds nothing to dispose.
public abstract class AnalysisRunnerTask : Microsoft.Build.Utilities.Task, ICancelableTask, ISubmissionOutput
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _cancellation = new();

    /// <inheritdoc/>
    public sealed override bool Execute()
    {
        try
        {
            RunAsync(_cancellation.Token).GetAwaiter().GetResult();
        }
        catch (AnalysisRunnerException exception)
        {
            foreach (var problem in exception.Problems) LogProblem(problem);
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            LogProblem(new Problem(BuildCodes.StoppedWaiting, "The build was stopped before anything was sent. Nothing runs."));
        }
        return !Log.HasLoggedErrors;
    }

    /// <inheritdoc/>
    public void Cancel() => _cancellation.Cancel();

    /// <inheritdoc/>
    public void WriteLine(string line) => BuildEngine.LogMessageEvent(ProminentMessage.Create(line, GetType().Name));

    /// <summary>The file that a problem without one is reported at; null for the line of the targets that called the task.</summary>
    protected virtual string? Subject => null;

    /// <summary>The task's body.</summary>
    protected abstract Task RunAsync(CancellationToken cancellation);

    private void LogProblem(Problem problem) => Log.LogError(
        subcategory: null,
        problem.Code,
        helpKeyword: null,
        DiagnosticPage.For(problem.Code),
        problem.File ?? Subject,
        problem.Line,
        problem.Column,
        endLineNumber: 0,
        endColumnNumber: 0,
        "{0}",
        problem.Message);
}
