namespace AnalysisRunner.Submission;

/// <summary>What the options of a submission are called where the user gives them: messages name them so that the remedy can be typed.</summary>
public sealed record OptionNames
{
    /// <summary>Properties and items of a project, or <c>-p:</c> of <c>dotnet build</c>.</summary>
    public static OptionNames Build { get; } = new()
    {
        Dataset = "Dataset",
        AccessLevel = "AccessLevel",
        Server = "RunnerUrl",
        Remote = "GitRepositoryRemoteName",
        Description = "AnalysisDescription",
        OutputPrefix = "AnalysisOutputPrefix",
        Script = "AnalysisScript",
        Arguments = "AnalysisArguments",
        Cpu = "AnalysisCpu",
        Memory = "AnalysisMemory",
        Storage = "AnalysisStorage",
        Preemptible = "AnalysisPreemptible",
        Confirm = "AnalysisConfirm",
        Config = "AnalysisConfig",
        Environment = "AnalysisEnvironment",
        Form = "-p:{0}={1}",
    };

    /// <summary>Options of the <c>analysis-runner</c> command.</summary>
    public static OptionNames CommandLine { get; } = new()
    {
        Dataset = "--dataset",
        AccessLevel = "--access-level",
        Server = "--server-url",
        Remote = "--remote",
        Description = "--description",
        OutputPrefix = "--output-dir",
        Script = "script",
        Arguments = "script",
        Cpu = "--cpu",
        Memory = "--memory",
        Storage = "--storage",
        Preemptible = "--preemptible",
        Confirm = "--confirm",
        Config = "--config",
        Environment = "--env",
        Form = "{0} {1}",
    };

    /// <summary>The dataset.</summary>
    public required string Dataset { get; init; }

    /// <summary>The access level.</summary>
    public required string AccessLevel { get; init; }

    /// <summary>The server's address.</summary>
    public required string Server { get; init; }

    /// <summary>The git remote.</summary>
    public required string Remote { get; init; }

    /// <summary>The description.</summary>
    public required string Description { get; init; }

    /// <summary>The output prefix.</summary>
    public required string OutputPrefix { get; init; }

    /// <summary>The command to run in place of the project.</summary>
    public required string Script { get; init; }

    /// <summary>The program's arguments.</summary>
    public required string Arguments { get; init; }

    /// <summary>Cores of the driver.</summary>
    public required string Cpu { get; init; }

    /// <summary>Memory of the driver.</summary>
    public required string Memory { get; init; }

    /// <summary>Scratch storage of the driver.</summary>
    public required string Storage { get; init; }

    /// <summary>Whether the driver may run on capacity that can be taken away.</summary>
    public required string Preemptible { get; init; }

    /// <summary>The dataset's name again.</summary>
    public required string Confirm { get; init; }

    /// <summary>A config file.</summary>
    public required string Config { get; init; }

    /// <summary>An environment variable of the driver.</summary>
    public required string Environment { get; init; }

    /// <summary>How a name and a value are typed.</summary>
    private string Form { get; init; } = "{0} {1}";

    /// <summary>What to type to give an option a value.</summary>
    public string Give(string name, string value) => string.Format(System.Globalization.CultureInfo.InvariantCulture, Form, name, value);
}
