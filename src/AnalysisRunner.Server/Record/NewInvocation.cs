using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Record;

/// <summary>What is recorded about an accepted submission before anything of it starts.</summary>
public sealed record NewInvocation
{
    /// <summary>
    /// The invocation. Its state, steps, batches, config hash and URL are not read: it begins as <c>accepted</c>, has none, the hash is that of
    /// <see cref="Documents"/>, and the log makes the URL.
    /// <see cref="Invocation.SubmittedAt"/> is kept to the microsecond, in UTC.
    /// </summary>
    public required Invocation Invocation { get; init; }

    /// <summary>
    /// The request as JSON with the values of environment variables removed. Private config layers stay in: they are part of the record.
    /// </summary>
    public required string RequestJson { get; init; }

    /// <summary>
    /// The environment variables with their values. Kept apart from the record, only until the invocation ends, because a server that dies
    /// between recording and starting must still be able to start the driver.
    /// </summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>What the run is started from; null where somebody else starts it.</summary>
    public RunDocuments? Documents { get; init; }

    /// <summary>
    /// The addresses of the dataset's storage by category, where the templates of that moment name others than the server does; null where they do not.
    /// </summary>
    public IReadOnlyDictionary<string, string>? StorageAddresses { get; init; }

    /// <summary>
    /// The <c>Idempotency-Key</c> of the request; unique per <see cref="Invocation.SubmittedBy"/>. Null when the route has none.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>
    /// The server that brings it to its end, claimed as by <see cref="IInvocationLog.TryClaimAsync"/> without a duration; null leaves it to whoever claims it.
    /// </summary>
    public string? ClaimedBy { get; init; }

    /// <summary>The approval that it needs before it may start; null for none.</summary>
    public NewApproval? Approval { get; init; }

    /// <summary>A digest of the request as it was sent: the same key with another digest conflicts.</summary>
    public required string RequestDigest { get; init; }
}

/// <summary>Whether a submission made a new invocation.</summary>
public enum RecordOutcome
{
    /// <summary>It did.</summary>
    Recorded,

    /// <summary>The same request was recorded before.</summary>
    Existing,

    /// <summary>The idempotency key stands for another request.</summary>
    Conflicting,
}

/// <summary>The answer of <see cref="IInvocationLog.RecordAsync"/>.</summary>
/// <param name="Outcome">Whether a new invocation was recorded.</param>
/// <param name="ArGuid">The ar-guid of the new invocation, or of the one that has the idempotency key.</param>
public readonly record struct RecordResult(RecordOutcome Outcome, string ArGuid);

/// <summary>What an idempotency key stands for.</summary>
/// <param name="ArGuid">The invocation that was recorded with it.</param>
/// <param name="RequestDigest">The digest of the request that it was sent with.</param>
public sealed record RecordedSubmission(string ArGuid, string RequestDigest);
