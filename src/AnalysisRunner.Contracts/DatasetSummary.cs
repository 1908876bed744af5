namespace AnalysisRunner.Contracts;

/// <summary>A dataset that the caller is in, and what they may run there.</summary>
public sealed record DatasetSummary
{
    /// <summary>The dataset.</summary>
    public required string Name { get; init; }

    /// <summary>Its cloud project; null when it has none.</summary>
    public string? Project { get; init; }

    /// <summary>The names of the repositories that may run on it; null where the caller's own work trees may.</summary>
    public IReadOnlyList<string>? Repositories { get; init; }

    /// <summary>Its levels.</summary>
    public required IReadOnlyList<DatasetLevel> Levels { get; init; }

    /// <summary>Whether config values that no commit holds are allowed.</summary>
    public required bool AllowsUncommittedConfig { get; init; }

    /// <summary>Whether standard and full may run although the engine cannot enforce them.</summary>
    public required bool IsUnenforced { get; init; }

    /// <summary>Its newest invocations, the newest first; at most five.</summary>
    public required IReadOnlyList<Invocation> Recent { get; init; }
}

/// <summary>A level of a dataset.</summary>
/// <param name="AccessLevel">The level.</param>
/// <param name="Namespace">The namespace of its data.</param>
/// <param name="MayRun">Whether the caller may run at it.</param>
/// <param name="AllowsRepositoryless">Whether a command may run without a repository.</param>
/// <param name="Problems">Why they may not.</param>
public sealed record DatasetLevel(AccessLevel AccessLevel, string Namespace, bool MayRun, bool AllowsRepositoryless, IReadOnlyList<Problem> Problems);
