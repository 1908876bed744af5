using Microsoft.Build.Framework;

namespace AnalysisRunner.Sdk.Tasks;

/// <summary>Runs the gate before the build, so that a refusal does not wait for the compiler.</summary>
public sealed class CheckWorkingCopy : SubmissionTask
{
    /// <summary>The commit that passed.</summary>
    [Output]
    public string? Commit { get; private set; }

    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken cancellation)
    {
        var copy = await CreateCheck().RunAsync(CreateOptions(), CreateBuildFacts(), cancellation).ConfigureAwait(false);
        Commit = copy.Head?.ToString();
    }
}
