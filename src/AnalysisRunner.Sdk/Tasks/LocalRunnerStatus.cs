using AnalysisRunner.Submission.Local;
using Microsoft.Build.Framework;

namespace AnalysisRunner.Sdk.Tasks;

/// <summary>Says whether the local runner runs, and how to reach it.</summary>
public sealed class LocalRunnerStatus : AnalysisRunnerTask
{
    /// <summary>The folder of the bundled server.</summary>
    [Required]
    public string ServerDirectory { get; set; } = "";

    /// <summary>The <c>dotnet</c> program, when it is known.</summary>
    public string? DotNetHost { get; set; }

    /// <inheritdoc/>
    protected override Task RunAsync(CancellationToken cancellation) =>
        LocalRunner.OfUser(ServerDirectory, DotNetHost).ReportAsync(this, cancellation);
}
