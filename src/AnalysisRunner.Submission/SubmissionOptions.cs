using AnalysisRunner.Contracts;

namespace AnalysisRunner.Submission;

/// <summary>What the user asked for, as text: the values of the public properties or options. An empty text counts as not given.</summary>
public sealed record SubmissionOptions
{
    /// <summary>The project's full path; null for a script that belongs to none.</summary>
    public string? ProjectFile { get; init; }

    /// <summary>The folder to run in, a full path; null means the project's.</summary>
    public string? Folder { get; init; }

    /// <summary>The revision to run, as git names it; null means HEAD, and what is checked out.</summary>
    public string? Revision { get; init; }

    /// <summary><c>Dataset</c>.</summary>
    public string? Dataset { get; init; }

    /// <summary><c>AccessLevel</c>.</summary>
    public string? AccessLevel { get; init; }

    /// <summary><c>RunnerUrl</c>; none means the local runner.</summary>
    public string? RunnerUrl { get; init; }

    /// <summary><c>AnalysisDescription</c>; the default is the commit's subject.</summary>
    public string? Description { get; init; }

    /// <summary><c>AnalysisOutputPrefix</c>.</summary>
    public string? OutputPrefix { get; init; }

    /// <summary><c>AnalysisScript</c>: a command to run instead of the project, in shell words.</summary>
    public string? Script { get; init; }

    /// <summary><c>AnalysisArguments</c>: the program's arguments, in shell words.</summary>
    public string? Arguments { get; init; }

    /// <summary><c>AnalysisImage</c>.</summary>
    public string? Image { get; init; }

    /// <summary><c>AnalysisCpu</c>.</summary>
    public string? Cpu { get; init; }

    /// <summary><c>AnalysisMemory</c>.</summary>
    public string? Memory { get; init; }

    /// <summary><c>AnalysisStorage</c>.</summary>
    public string? Storage { get; init; }

    /// <summary><c>AnalysisPreemptible</c>: <c>true</c> or <c>false</c>.</summary>
    public string? Preemptible { get; init; }

    /// <summary><c>AnalysisConfirm</c>: the dataset's name again, for level full.</summary>
    public string? Confirm { get; init; }

    /// <summary>The MSBuild configuration.</summary>
    public string? Configuration { get; init; }

    /// <summary>The <c>AnalysisConfig</c> files, left to right.</summary>
    public IReadOnlyList<ConfigFile> Config { get; init; } = [];

    /// <summary>The <c>AnalysisEnvironment</c> items.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The program that submits.</summary>
    public ClientInfo Client { get; init; } = new("AnalysisRunner.Sdk", ProductVersion.Current);

    /// <summary>What the options are called where the user gives them.</summary>
    public OptionNames Names { get; init; } = OptionNames.Build;

    /// <summary>The folder that the command runs in, a full path.</summary>
    public string RunFolder => Folder ?? Path.GetDirectoryName(ProjectFile) ?? throw new InvalidOperationException("There is neither a project nor a folder to run in.");

    /// <summary>Whether the local runner is used.</summary>
    public bool IsLocal => string.IsNullOrWhiteSpace(RunnerUrl);
}

/// <summary>One TOML file of a submission.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Uncommitted">Whether it may be absent from the commit; its text is then sent and recorded.</param>
public sealed record ConfigFile(string Path, bool Uncommitted);
