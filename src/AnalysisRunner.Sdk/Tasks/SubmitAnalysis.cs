using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Submission;
using AnalysisRunner.Submission.Credentials;
using AnalysisRunner.Submission.Local;
using Microsoft.Build.Framework;

namespace AnalysisRunner.Sdk.Tasks;

/// <summary>Runs the gate again after the build, sends the submission, and follows the run when asked to.</summary>
public sealed class SubmitAnalysis : SubmissionTask
{
    /// <summary>The built assembly.</summary>
    [Required]
    public string AssemblyFile { get; set; } = "";

    /// <summary>The commit that passed the gate before the build.</summary>
    [Required]
    public string ExpectedCommit { get; set; } = "";

    /// <summary>The folder of the bundled server.</summary>
    [Required]
    public string ServerDirectory { get; set; } = "";

    /// <summary>The <c>dotnet</c> program, when it is known.</summary>
    public string? DotNetHost { get; set; }

    /// <summary><c>AnalysisWait</c>.</summary>
    public bool Wait { get; set; }

    /// <summary><c>AnalysisDryRun</c>.</summary>
    public bool DryRun { get; set; }

    /// <summary>The file that receives the run's URL.</summary>
    public string? UrlFile { get; set; }

    /// <summary>The file by which a second click is known as one.</summary>
    public string? KeyFile { get; set; }

    /// <summary>How many seconds to wait for another build that sends a submission of this project.</summary>
    [Required]
    public int TurnPatience { get; set; }

    /// <summary>When the user asked, as <see cref="ValidateSubmission.BegunAt"/> says.</summary>
    [Required]
    public string BegunAt { get; set; } = "";

    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken cancellation)
    {
        var options = CreateOptions();
        CommitId? expected = CommitId.TryParse(ExpectedCommit, out var commit) ? commit : null;
        using var connection = options.IsLocal
            ? RunnerConnection.ToLocal(LocalRunner.OfUser(ServerDirectory, DotNetHost))
            : RunnerConnection.ToServer(new Uri(options.RunnerUrl!), RunnerCredentials.OfUser());
        var settings = new SubmitSettings
        {
            Wait = Wait,
            DryRun = DryRun,
            UrlFile = InProject(UrlFile),
            KeyFile = InProject(KeyFile),
            TurnPatience = TimeSpan.FromSeconds(TurnPatience),
            BegunAt = DateTimeOffset.Parse(BegunAt, CultureInfo.InvariantCulture),
        };
        await new Submitter(CreateCheck(), connection, this)
            .SubmitAsync(options, CreateBuildFacts(AssemblyFile, expected), settings, cancellation).ConfigureAwait(false);
    }

    private string? InProject(string? file) => string.IsNullOrEmpty(file) ? null : Path.GetFullPath(file, Path.GetDirectoryName(ProjectFile)!);
}
