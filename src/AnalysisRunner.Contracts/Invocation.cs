using System.Text.Json.Serialization;

namespace AnalysisRunner.Contracts;

/// <summary>Where an invocation is between the request and its end. The wire form is the lower-case name.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<InvocationState>))]
public enum InvocationState
{
    /// <summary>Recorded; its driver has not started yet.</summary>
    [JsonStringEnumMemberName("accepted")]
    Accepted,

    /// <summary>Its driver, or a batch that its driver submitted, is running.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>The driver and every batch ended well. Final.</summary>
    [JsonStringEnumMemberName("succeeded")]
    Succeeded,

    /// <summary>The driver or a batch failed, or the run could not be started. Final.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Somebody cancelled it. Final.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,

    /// <summary>Another server ran it, and its log, from which it was taken over, does not say how it ended. Final.</summary>
    [JsonStringEnumMemberName("imported")]
    Imported,
}

/// <summary>The recorded run of a submission, as <c>GET /api/v1/invocations/{guid}</c> shows it.</summary>
public sealed record Invocation
{
    /// <summary>The ar-guid: a lower-case UUID that starts with a letter (analysis-runner spec §4.1).</summary>
    public required string ArGuid { get; init; }

    /// <summary>The dataset.</summary>
    public required string Dataset { get; init; }

    /// <summary>The access level.</summary>
    public required AccessLevel AccessLevel { get; init; }

    /// <summary>The namespace of the data, <c>test</c> or <c>main</c>.</summary>
    public required string Namespace { get; init; }

    /// <summary>What the user said the run is for.</summary>
    public required string Description { get; init; }

    /// <summary>The path inside the dataset's storage.</summary>
    public required string OutputPrefix { get; init; }

    /// <summary>The full output path, <see cref="OutputPrefix"/> below the dataset's storage.</summary>
    public required string OutputPath { get; init; }

    /// <summary>Who submitted it.</summary>
    public required string SubmittedBy { get; init; }

    /// <summary>When the request arrived.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>When it reached a final state; null before, and for an imported one, of which nobody knows.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The canonical repository URL; null for a local repository without a remote.</summary>
    public string? Repository { get; init; }

    /// <summary>The work tree it was submitted from, on the local runner.</summary>
    public string? WorkTree { get; init; }

    /// <summary>The full commit hash, as resolved by the server in its own mirror.</summary>
    public required string Commit { get; init; }

    /// <summary>The branch hint.</summary>
    public string? Branch { get; init; }

    /// <summary>The folder it ran in, relative to the repository's root; empty is the root.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The project that was built and run, when it was one.</summary>
    public string? Project { get; init; }

    /// <summary>The MSBuild configuration of <see cref="Project"/>.</summary>
    public string? Configuration { get; init; }

    /// <summary>The command, when it was a script; empty when it was a project.</summary>
    public required IReadOnlyList<string> Script { get; init; }

    /// <summary>The arguments of the project's program.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The names of the environment variables that were given; values are not kept in the record.</summary>
    public required IReadOnlyList<string> EnvironmentNames { get; init; }

    /// <summary>Where it is.</summary>
    public required InvocationState State { get; init; }

    /// <summary>Why it is there, for failures and cancellations.</summary>
    public string? Reason { get; init; }

    /// <summary>The driver's exit code, once it ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The driver's steps so far (<c>checkout</c>, <c>build</c>, <c>run</c>).</summary>
    public required IReadOnlyList<InvocationStep> Steps { get; init; }

    /// <summary>The batches that its driver submitted.</summary>
    public required IReadOnlyList<BatchSummary> Batches { get; init; }

    /// <summary>The path of the composed config.</summary>
    public required string ConfigPath { get; init; }

    /// <summary>SHA-256 of the composed config, lower-case hexadecimal.</summary>
    public string? ConfigSha256 { get; init; }

    /// <summary>The program that submitted it.</summary>
    public ClientInfo? Client { get; init; }

    /// <summary>Who its jobs are; null when they have the rights of the server itself.</summary>
    public JobIdentity? Identity { get; init; }

    /// <summary>Whether nothing but trust keeps it to its access level, because its <see cref="Identity"/> names no user.</summary>
    public bool Unenforced => Identity?.User is null;

    /// <summary>The agreement of a second member that it needs or has; null when it needs none.</summary>
    public Approval? Approval { get; init; }

    /// <summary>What its driver found on the machine; null until it has noted it.</summary>
    public Toolchain? Toolchain { get; init; }

    /// <summary>The container image of the driver, as it was asked for, or the server's own; null when it uses none.</summary>
    public string? Image { get; init; }

    /// <summary>
    /// <see cref="Image"/> by its digest, as its registry had it when the submission was accepted. Always known at levels standard and full; at level test null
    /// where the registry is not one of the server's, or did not answer.
    /// </summary>
    public string? ResolvedImage { get; init; }

    /// <summary>Cores of the driver (<see cref="ResourceQuantity"/>); null is the engine's default.</summary>
    public string? Cpu { get; init; }

    /// <summary>Memory of the driver; null is the engine's default.</summary>
    public string? Memory { get; init; }

    /// <summary>Scratch storage of the driver; null is the engine's default.</summary>
    public string? Storage { get; init; }

    /// <summary>Whether the driver may run on capacity that can be taken away; null is the engine's default.</summary>
    public bool? Preemptible { get; init; }

    /// <summary>The version of the server's policy that allowed it.</summary>
    public string? PolicyVersion { get; init; }

    /// <summary>The ar-guid of the invocation that it repeats.</summary>
    public string? RerunOf { get; init; }

    /// <summary>The members of the recorded request that were changed for this repetition, in the wire's names; null when it repeats nothing.</summary>
    public IReadOnlyList<string>? RerunChanges { get; init; }

    /// <summary>What it made, once that was listed; null before, and when its driver never started.</summary>
    public OutputsSummary? Outputs { get; init; }

    /// <summary>The engine that runs the driver; null until it was asked.</summary>
    public string? Engine { get; init; }

    /// <summary>The driver's handle at <see cref="Engine"/>.</summary>
    public string? DriverHandle { get; init; }

    /// <summary>Who asked for the end of it; null when nobody did.</summary>
    public string? CancelRequestedBy { get; init; }

    /// <summary>When they asked.</summary>
    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>The page that shows it.</summary>
    public required string Url { get; init; }

    /// <summary>Whether it starts only when a second member has approved it.</summary>
    [JsonIgnore]
    public bool WaitsForApproval => State == InvocationState.Accepted && Approval is { ApprovedBy: null };

    /// <summary>Whether <see cref="State"/> is final.</summary>
    [JsonIgnore]
    public bool IsFinal => State is InvocationState.Succeeded or InvocationState.Failed or InvocationState.Cancelled or InvocationState.Imported;
}

/// <summary>One recorded step of a driver.</summary>
/// <param name="Name"><c>checkout</c>, <c>build</c> or <c>run</c>.</param>
/// <param name="StartedAt">When it began, by the clock of the machine that ran it.</param>
/// <param name="FinishedAt">When it ended; null while it runs, or when the driver was lost.</param>
/// <param name="ExitCode">The exit code of its command.</param>
public sealed record InvocationStep(string Name, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, int? ExitCode);

/// <summary>The answer to an accepted submission.</summary>
/// <param name="ArGuid">The ar-guid of the recorded invocation.</param>
/// <param name="Url">The page that shows it.</param>
/// <param name="SignInUrl">The same page behind a short-lived single-use code that signs the caller in; only the local runner gives one.</param>
public sealed record SubmissionAccepted(string ArGuid, string Url, string? SignInUrl = null);

/// <summary>One recorded event of an invocation: the data of a server-sent event, whose id is <paramref name="Sequence"/>.</summary>
/// <param name="Sequence">Increases within one invocation; resume with <c>Last-Event-ID</c>.</param>
/// <param name="Type"><c>state</c>, <c>step</c> or <c>batch</c>.</param>
/// <param name="At">When it was recorded.</param>
/// <param name="Detail">A sentence for people, such as <c>running</c> or <c>build: exit 0</c>.</param>
/// <param name="By">The user who caused it; null when the server or the driver did.</param>
public sealed record InvocationEvent(long Sequence, string Type, DateTimeOffset At, string Detail, string? By = null);
