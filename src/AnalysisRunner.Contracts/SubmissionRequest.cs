namespace AnalysisRunner.Contracts;

/// <summary>
/// The body of <c>POST /api/v1/submissions</c>. Every member is as the client wrote it: the server validates all of them at once and trusts none.
/// </summary>
public sealed record SubmissionRequest
{
    /// <summary>The dataset to run on (<see cref="DatasetName"/>). Required.</summary>
    public string? Dataset { get; init; }

    /// <summary><c>test</c>, <c>standard</c> or <c>full</c>. Required.</summary>
    public string? AccessLevel { get; init; }

    /// <summary>Free text for people; at most 10,000 characters. Required.</summary>
    public string? Description { get; init; }

    /// <summary>A path inside the dataset's storage (<see cref="OutputPrefix"/>); null lets the server choose one that no other run shares.</summary>
    public string? OutputPrefix { get; init; }

    /// <summary>The repository's canonical URL; null only where the local runner is given a <see cref="WorkTree"/> without a remote.</summary>
    public string? Repository { get; init; }

    /// <summary>Absolute path of the work tree whose repository holds the commit. Accepted by the local runner only.</summary>
    public string? WorkTree { get; init; }

    /// <summary>The full commit hash (<see cref="CommitId"/>). Required.</summary>
    public string? Commit { get; init; }

    /// <summary>The branch that was checked out: a hint for people.</summary>
    public string? Branch { get; init; }

    /// <summary>The folder to run in, relative to the repository's root, with <c>/</c>; null is the root.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The project file to build and run, relative to the repository's root. Exactly one of this and <see cref="Script"/> is given.</summary>
    public string? Project { get; init; }

    /// <summary>The MSBuild configuration to build <see cref="Project"/> in.</summary>
    public string? Configuration { get; init; }

    /// <summary>A command and its arguments to run instead of a project; the command is a path in the commit (relative to <see cref="WorkingDirectory"/>) or a program on the driver's PATH.</summary>
    public IReadOnlyList<string>? Script { get; init; }

    /// <summary>The arguments given to the program that <see cref="Project"/> builds.</summary>
    public IReadOnlyList<string>? Arguments { get; init; }

    /// <summary>The container image of the driver, when the engine uses one.</summary>
    public string? Image { get; init; }

    /// <summary>Cores for the driver, such as <c>2</c> or <c>500m</c> (<see cref="ResourceQuantity"/>).</summary>
    public string? Cpu { get; init; }

    /// <summary>Memory for the driver, such as <c>4Gi</c>.</summary>
    public string? Memory { get; init; }

    /// <summary>Scratch storage for the driver, such as <c>10Gi</c>.</summary>
    public string? Storage { get; init; }

    /// <summary>Whether the driver may run on capacity that can be taken away.</summary>
    public bool? Preemptible { get; init; }

    /// <summary>Environment variables for the driver.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>The user's config layers, merged left to right over the server's own.</summary>
    public IReadOnlyList<ConfigLayer>? Config { get; init; }

    /// <summary>The program that sends this.</summary>
    public ClientInfo? Client { get; init; }
}

/// <summary>One TOML layer of a submission.</summary>
/// <param name="Path">The file's path relative to the repository's root, with <c>/</c>.</param>
/// <param name="Content">The TOML text of a private, uncommitted layer; null when the server is to read <paramref name="Path"/> from the commit.</param>
public sealed record ConfigLayer(string Path, string? Content = null);

/// <summary>Who calls: a program's name and version.</summary>
/// <param name="Name">Such as <c>AnalysisRunner.Sdk</c>.</param>
/// <param name="Version">Such as <c>1.0.0</c>.</param>
public sealed record ClientInfo(string Name, string Version);
