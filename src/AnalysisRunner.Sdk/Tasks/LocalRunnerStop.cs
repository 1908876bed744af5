using AnalysisRunner.Submission.Local;
using Microsoft.Build.Framework;

namespace AnalysisRunner.Sdk.Tasks;

/// <summary>Ends the local runner; refused while runs are going, unless forced.</summary>
public sealed class LocalRunnerStop : AnalysisRunnerTask
{
    /// <summary>The folder of the bundled server.</summary>
    [Required]
    public string ServerDirectory { get; set; } = "";

    /// <summary>The <c>dotnet</c> program, when it is known.</summary>
    public string? DotNetHost { get; set; }

    /// <summary>End it although runs are going.</summary>
    public bool Force { get; set; }

    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken cancellation)
    {
        var runner = LocalRunner.OfUser(ServerDirectory, DotNetHost);
        var ended = await runner.StopAsync(Force, cancellation).ConfigureAwait(false);
        WriteLine(ended ? "The local runner has ended." : $"No local runner is running (state folder '{runner.State.Path}').");
    }
}
