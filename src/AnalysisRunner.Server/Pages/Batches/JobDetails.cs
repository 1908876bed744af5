using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Pages.Logs;

namespace AnalysisRunner.Server.Pages.Batches;

/// <summary>All that the page of a job shows.</summary>
public sealed record JobDetails
{
    /// <summary>The key of its batch.</summary>
    public required string Key { get; init; }

    /// <summary>The name of its batch.</summary>
    public required string BatchName { get; init; }

    /// <summary>Where it is.</summary>
    public required JobSummary Job { get; init; }

    /// <summary>What was asked for.</summary>
    public required JobSpec Spec { get; init; }

    /// <summary>Its attempts, ascending.</summary>
    public required IReadOnlyList<AttemptSummary> Attempts { get; init; }

    /// <summary>The jobs that it waits for, and their names.</summary>
    public required IReadOnlyList<(int Id, string Name)> Parents { get; init; }

    /// <summary>The jobs that wait for it, and their names.</summary>
    public required IReadOnlyList<(int Id, string Name)> Children { get; init; }

    /// <summary>The number of the attempt whose log is shown; null is the last one.</summary>
    public required int? ShownAttempt { get; init; }

    /// <summary>The end of that log.</summary>
    public required LogExcerpt Log { get; init; }
}
