using System.Diagnostics;
using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Submission;
using Microsoft.Build.Framework;

namespace AnalysisRunner.Sdk.Tasks;

/// <summary>Judges the options by themselves, before anything is read or built.</summary>
public sealed class ValidateSubmission : SubmissionTask
{
    // An IDE's process is hours old, and a click is not: no build takes longer from the click to its first target, restore aside.
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(5);

    /// <summary>When the user asked for the submission, by ISO 8601: when the process of this build started, or a moment ago where one serves many builds.</summary>
    [Output]
    public string BegunAt { get; private set; } = "";

    /// <inheritdoc/>
    protected override Task RunAsync(CancellationToken cancellation)
    {
        using var process = Process.GetCurrentProcess();
        var moment = DateTimeOffset.UtcNow - LongestStart;
        var started = new DateTimeOffset(process.StartTime.ToUniversalTime());
        BegunAt = (started > moment ? started : moment).ToString("O", CultureInfo.InvariantCulture);
        var problems = OptionsCheck.Judge(CreateOptions());
        return problems.Count == 0 ? Task.CompletedTask : throw new AnalysisRunnerException(problems);
    }
}
