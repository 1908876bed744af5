using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission;
using AnalysisRunner.Submission.Git;
using Microsoft.Build.Exceptions;
using Microsoft.Build.Framework;

namespace AnalysisRunner.Sdk.Tasks;

/// <summary>The inputs that the tasks of a submission share: the public properties and items, and what the build knows about its files.</summary>
public abstract class SubmissionTask : AnalysisRunnerTask
{
    /// <summary>The project's full path.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary><c>Dataset</c>.</summary>
    public string? Dataset { get; set; }

    /// <summary><c>AccessLevel</c>.</summary>
    public string? AccessLevel { get; set; }

    /// <summary><c>RunnerUrl</c>.</summary>
    public string? RunnerUrl { get; set; }

    /// <summary><c>GitRepositoryRemoteName</c>, by which the .NET SDK knows the remote, too.</summary>
    public string? Remote { get; set; }

    /// <summary><c>AnalysisDescription</c>.</summary>
    public string? Description { get; set; }

    /// <summary><c>AnalysisOutputPrefix</c>.</summary>
    public string? OutputPrefix { get; set; }

    /// <summary><c>AnalysisScript</c>.</summary>
    public string? Script { get; set; }

    /// <summary><c>AnalysisArguments</c>.</summary>
    public string? Arguments { get; set; }

    /// <summary><c>AnalysisImage</c>.</summary>
    public string? Image { get; set; }

    /// <summary><c>AnalysisCpu</c>.</summary>
    public string? Cpu { get; set; }

    /// <summary><c>AnalysisMemory</c>.</summary>
    public string? Memory { get; set; }

    /// <summary><c>AnalysisStorage</c>.</summary>
    public string? Storage { get; set; }

    /// <summary><c>AnalysisPreemptible</c>.</summary>
    public string? Preemptible { get; set; }

    /// <summary><c>AnalysisConfirm</c>.</summary>
    public string? Confirm { get; set; }

    /// <summary>The MSBuild configuration.</summary>
    public string? Configuration { get; set; }

    /// <summary>The <c>AnalysisConfig</c> items, in order; metadata <c>Uncommitted</c>.</summary>
    public ITaskItem[] Config { get; set; } = [];

    /// <summary>The <c>AnalysisEnvironment</c> items; metadata <c>Value</c>.</summary>
    public ITaskItem[] EnvironmentVariables { get; set; } = [];

    /// <summary>The <c>Compile</c> items.</summary>
    public ITaskItem[] Compile { get; set; } = [];

    /// <summary>The <c>AdditionalFiles</c> items.</summary>
    public ITaskItem[] AdditionalFiles { get; set; } = [];

    /// <summary>The <c>EmbeddedResource</c> items.</summary>
    public ITaskItem[] EmbeddedResource { get; set; } = [];

    /// <summary>The <c>Content</c> items.</summary>
    public ITaskItem[] Content { get; set; } = [];

    /// <summary>The project files that make up the build.</summary>
    public ITaskItem[] ProjectFiles { get; set; } = [];

    /// <summary>The projects that this one refers to.</summary>
    public ITaskItem[] ProjectReferences { get; set; } = [];

    /// <summary>The sources that were there before the build; null before it.</summary>
    public ITaskItem[]? KnownInputs { get; set; }

    /// <summary>Folders whose files are not the user's.</summary>
    public ITaskItem[] ExemptFolders { get; set; } = [];

    /// <summary>The user's project, not our targets.</summary>
    protected sealed override string? Subject => ProjectFile;

    /// <summary>The gate over this project's work tree.</summary>
    protected WorkingCopyCheck CreateCheck() => new(new GitWorkingCopy(ProjectFolder, Remote), Environment.GetEnvironmentVariable);

    /// <summary>What the user asked for.</summary>
    protected SubmissionOptions CreateOptions() => new()
    {
        ProjectFile = ProjectFile,
        Dataset = Dataset,
        AccessLevel = AccessLevel,
        RunnerUrl = RunnerUrl,
        Description = Description,
        OutputPrefix = OutputPrefix,
        Script = Script,
        Arguments = Arguments,
        Image = Image,
        Cpu = Cpu,
        Memory = Memory,
        Storage = Storage,
        Preemptible = Preemptible,
        Confirm = Confirm,
        Configuration = Configuration,
        Config = [.. Config.Select(item => new ConfigFile(FullPath(item), string.Equals(item.GetMetadata("Uncommitted"), "true", StringComparison.OrdinalIgnoreCase)))],
        // The last one wins, as everywhere in MSBuild.
        Environment = EnvironmentVariables.GroupBy(item => item.ItemSpec).ToDictionary(group => group.Key, group => group.Last().GetMetadata("Value")),
    };

    /// <summary>What the build knows about its files, those of referenced projects included.</summary>
    protected BuildFacts CreateBuildFacts(string? assemblyFile = null, CommitId? expected = null)
    {
        var sources = Evaluate();
        return new BuildFacts
        {
            Inputs =
            [
                .. Inputs(Compile, nameof(Compile)), .. Inputs(AdditionalFiles, nameof(AdditionalFiles)), .. Inputs(EmbeddedResource, nameof(EmbeddedResource)),
                .. Inputs(Content, nameof(Content)), .. Inputs(ProjectFiles, BuildInput.ProjectFileKind), .. sources.Inputs,
            ],
            Imports = sources.Imports,
            KnownBefore = KnownInputs is null ? null : [.. KnownInputs.Select(FullPath)],
            ExemptFolders = [.. ExemptFolders.Select(FullPath), .. sources.ExemptFolders],
            AssemblyFile = assemblyFile,
            ExpectedCommit = expected,
        };
    }

    private EvaluatedSources Evaluate()
    {
        try
        {
            return EvaluatedSources.Of(
                ProjectFile,
                ProjectReferences.Select(reference => (FullPath(reference), reference.GetMetadata("SetConfiguration"))),
                ((IBuildEngine6)BuildEngine).GetGlobalProperties());
        }
        catch (InvalidProjectFileException exception)
        {
            throw new AnalysisRunnerException(
                [new Problem(BuildCodes.ReferencedProjectMalformed, $"A project that this one refers to cannot be evaluated, so its sources are not known: {exception.BaseMessage}", File: exception.ProjectFile, Line: exception.LineNumber, Column: exception.ColumnNumber)],
                exception);
        }
    }

    private string ProjectFolder => Path.GetDirectoryName(ProjectFile)!;

    private IEnumerable<BuildInput> Inputs(ITaskItem[] items, string kind) => items.Select(item => new BuildInput(FullPath(item), kind));

    // Relative to the project, not to whatever folder the process is in.
    private string FullPath(ITaskItem item) => Path.GetFullPath(item.ItemSpec, ProjectFolder);
}
