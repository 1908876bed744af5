using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Pages.Logs;
using AnalysisRunner.Server.Pages.Shared;
using AnalysisRunner.Server.Record;

namespace AnalysisRunner.Server.Pages.Invocations;

/// <summary>All that the page of one invocation shows.</summary>
public sealed record InvocationDetails
{
    /// <summary>What was recorded.</summary>
    public required InvocationRecord Record { get; init; }

    /// <summary>The first jobs of its first batches, by the batch's key.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<JobSummary>> FirstJobs { get; init; }

    /// <summary>Its events, the oldest first, from the one that the reader asked for.</summary>
    public required IReadOnlyList<InvocationEvent> Events { get; init; }

    /// <summary>Whether there are more events than those.</summary>
    public required bool HasMoreEvents { get; init; }

    /// <summary>Who was told of its end.</summary>
    public required IReadOnlyList<NotificationSummary> Notifications { get; init; }

    /// <summary>The first of its outputs.</summary>
    public required IReadOnlyList<InvocationOutput> Outputs { get; init; }

    /// <summary>Whether there are more outputs than those.</summary>
    public required bool HasMoreOutputs { get; init; }

    /// <summary>Who may approve it; empty unless it waits for that.</summary>
    public required IReadOnlyList<string> Approvers { get; init; }

    /// <summary>Whether the reader is one of them.</summary>
    public required bool MayApprove { get; init; }

    /// <summary>The keys of its config; null when there is none yet.</summary>
    public required IReadOnlyList<ConfigKey>? Config { get; init; }

    /// <summary>What the keys of the config are filtered by; empty shows all.</summary>
    public required string ConfigFilter { get; init; }

    /// <summary>The driver's attempts, ascending: more than one where its machine failed it.</summary>
    public required IReadOnlyList<AttemptSummary> DriverAttempts { get; init; }

    /// <summary>The end of the driver's log, of its last attempt.</summary>
    public required LogExcerpt Log { get; init; }

    /// <summary>When the page is shown.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The recorded run.</summary>
    public Invocation Run => Record.Invocation;

    /// <summary>The keys that hold what the config is filtered by.</summary>
    public IEnumerable<ConfigKey> ShownConfig => Config?.Where(key =>
        key.Key.Contains(ConfigFilter, StringComparison.OrdinalIgnoreCase) || key.Value.Contains(ConfigFilter, StringComparison.OrdinalIgnoreCase)
        || key.Place.Contains(ConfigFilter, StringComparison.OrdinalIgnoreCase)) ?? [];

    /// <summary>Steps and batches over time.</summary>
    public IReadOnlyList<TimelineItem> Timeline =>
    [
        .. Run.Steps.Select(step => new TimelineItem(
            step.Name, step.FinishedAt is null ? (Run.IsFinal ? "failed" : "running") : step.ExitCode == 0 ? "succeeded" : "failed",
            step.StartedAt, step.FinishedAt ?? Run.FinishedAt ?? Now)),
        .. Run.Batches.Select(batch => new TimelineItem(batch.Name, batch.State.ToName(), batch.SubmittedAt, batch.FinishedAt ?? Run.FinishedAt ?? Now)),
    ];
}
