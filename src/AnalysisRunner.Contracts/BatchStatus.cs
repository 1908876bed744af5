using System.Text.Json.Serialization;

namespace AnalysisRunner.Contracts;

/// <summary>Where a batch is. The wire form is the lower-case name.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BatchState>))]
public enum BatchState
{
    /// <summary>Some job has not ended.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>Every job succeeded. Final.</summary>
    [JsonStringEnumMemberName("succeeded")]
    Succeeded,

    /// <summary>Some job failed. Final.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Somebody cancelled it. Final.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,
}

/// <summary>Where a job is. The wire form is the lower-case name.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobState>))]
public enum JobState
{
    /// <summary>Waits for parents.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>Could start; waits for a slot.</summary>
    [JsonStringEnumMemberName("ready")]
    Ready,

    /// <summary>An attempt is running.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>An attempt exited 0 and produced what it promised. Final.</summary>
    [JsonStringEnumMemberName("succeeded")]
    Succeeded,

    /// <summary>The last attempt failed. Final.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Never started, or was stopped, because of a failed parent or a cancellation. Final.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,
}

/// <summary>How many jobs are where.</summary>
public sealed record JobCounts(int Pending, int Ready, int Running, int Succeeded, int Failed, int Cancelled)
{
    /// <summary>All jobs.</summary>
    [JsonIgnore]
    public int Total => Pending + Ready + Running + Succeeded + Failed + Cancelled;
}

/// <summary>A batch in one line.</summary>
/// <param name="Key">The batch's idempotency key, which is also its id in URLs.</param>
/// <param name="Name">The name shown to people.</param>
/// <param name="State">Where it is.</param>
/// <param name="Jobs">How many jobs are where.</param>
/// <param name="SubmittedAt">When the engine accepted it.</param>
/// <param name="FinishedAt">When the last job ended.</param>
/// <param name="Reason">Why it failed or was cancelled.</param>
public sealed record BatchSummary(
    string Key, string Name, BatchState State, JobCounts Jobs, DateTimeOffset SubmittedAt, DateTimeOffset? FinishedAt, string? Reason = null);

/// <summary>A job in one line.</summary>
public sealed record JobSummary
{
    /// <summary>One-based position in the batch.</summary>
    public required int Id { get; init; }

    /// <summary>The name shown to people.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is.</summary>
    public required JobState State { get; init; }

    /// <summary>Why it failed or was cancelled.</summary>
    public string? Reason { get; init; }

    /// <summary>How many attempts were started.</summary>
    public int Attempts { get; init; }

    /// <summary>The last attempt's exit code; null when a signal ended it or it never ran.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended the last attempt.</summary>
    public int? Signal { get; init; }

    /// <summary>Whether the last attempt was ended because the machine, or its limit, had no memory left.</summary>
    public bool OutOfMemory { get; init; }

    /// <summary>The cpu time of the last attempt, in milliseconds; null when it is not known.</summary>
    public long? CpuMilliseconds { get; init; }

    /// <summary>The most memory that one process of the last attempt had, in bytes; null when it is not known.</summary>
    public long? PeakMemoryBytes { get; init; }

    /// <summary>When the last attempt started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the last attempt ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The script.</summary>
    public required string Command { get; init; }

    /// <summary>The container image, as it was asked for; null when it asked for none.</summary>
    public string? Image { get; init; }

    /// <summary>
    /// <see cref="Image"/> by its digest, as its registry had it when the batch was handed over: what runs. Null where that is not known, which levels standard and
    /// full do not allow.
    /// </summary>
    public string? ResolvedImage { get; init; }

    /// <summary>Whether <see cref="State"/> is final.</summary>
    [JsonIgnore]
    public bool IsFinal => State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;
}

/// <summary>The answer to an accepted batch.</summary>
/// <param name="Key">The batch's idempotency key, which is also its id in URLs.</param>
/// <param name="Url">The page that shows it.</param>
public sealed record BatchAccepted(string Key, string Url);
