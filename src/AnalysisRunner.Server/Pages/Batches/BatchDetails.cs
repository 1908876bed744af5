using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Pages.Batches;

/// <summary>All that the page of a batch shows.</summary>
public sealed record BatchDetails
{
    /// <summary>The batch.</summary>
    public required BatchSummary Batch { get; init; }

    /// <summary>Its groups, ascending.</summary>
    public required IReadOnlyList<JobGroupSummary> Groups { get; init; }

    /// <summary>The jobs of this page, ascending.</summary>
    public required IReadOnlyList<JobSummary> Jobs { get; init; }

    /// <summary>The job after which the page begins; 0 for the first page.</summary>
    public required int After { get; init; }

    /// <summary>How many jobs a page shows.</summary>
    public required int PageSize { get; init; }

    /// <summary>When the page is shown.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The picture of its jobs; null when they are too many for one.</summary>
    public required JobGraphLayout? Graph { get; init; }
}
