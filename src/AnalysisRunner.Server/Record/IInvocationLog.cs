using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Record;

/// <summary>
/// The record of what was asked, what was refused and what ran. Events are only ever appended; a current-state row per invocation is
/// changed in the same transaction as the event that changes it. When a method has returned, what it wrote survives <c>kill -9</c> and
/// power loss. One contract suite that every implementation passes. Every member may be called from several threads at once.
/// </summary>
public interface IInvocationLog : IEndLog, IServerLog, IAsyncDisposable
{
    /// <summary>
    /// Records an invocation in state <c>accepted</c> together with its idempotency key, in one transaction. A key that its user has used
    /// before changes nothing: the answer names the invocation that has it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The ar-guid is already recorded.</exception>
    Task<RecordResult> RecordAsync(NewInvocation invocation, CancellationToken cancellation);

    /// <summary>
    /// What a user's idempotency key stands for, or null when it is free: lets a repeated request be answered before it costs anything.
    /// </summary>
    ValueTask<RecordedSubmission?> FindSubmissionAsync(string submittedBy, string idempotencyKey, CancellationToken cancellation);

    /// <summary>
    /// Moves an invocation to another state and appends a <c>state</c> event. A final state is never left, states never go back, and no
    /// invocation ends while one of its batches is running. A final state clears what <see cref="GetEnvironmentAsync"/> and <see cref="GetDocumentsAsync"/> give.
    /// </summary>
    Task<StateChangeOutcome> ChangeStateAsync(string arGuid, StateChange change, CancellationToken cancellation);

    /// <summary>
    /// Notes durably that somebody wants the invocation to end, before anything is stopped, so that a restarted server finishes it. The
    /// first request stays; true when this was it and the invocation has not ended.
    /// </summary>
    Task<bool> RequestCancelAsync(string arGuid, string requestedBy, CancellationToken cancellation);

    /// <summary>
    /// Notes that somebody agrees to what an invocation will run, and appends a <c>state</c> event; atomic with the end of the time for it. Whether they may
    /// is for the caller to know, save that nobody agrees with themselves.
    /// </summary>
    Task<ApprovalOutcome> ApproveAsync(string arGuid, string digest, string approvedBy, CancellationToken cancellation);

    /// <summary>Lets an invocation fail that nobody approved in time: true when this ended it.</summary>
    Task<bool> ExpireApprovalAsync(string arGuid, CancellationToken cancellation);

    /// <summary>Exactly what an invocation that needs approval will run (<see cref="NewApproval.Document"/>); null when it needs none or is unknown.</summary>
    ValueTask<string?> GetApprovalDocumentAsync(string arGuid, CancellationToken cancellation);

    /// <summary>Notes what the driver found on its machine, once: false when it is noted already or the ar-guid is unknown.</summary>
    Task<bool> SetToolchainAsync(string arGuid, Toolchain toolchain, CancellationToken cancellation);

    /// <summary>
    /// Lets one of several servers that share the log bring an invocation to its end: true when it has not ended and nobody else has claimed it,
    /// or their claim has run out. Whoever holds a claim renews it in time by claiming again; one without a duration never runs out.
    /// </summary>
    Task<bool> TryClaimAsync(string arGuid, string server, TimeSpan? duration, CancellationToken cancellation);

    /// <summary>
    /// Notes the composed config's SHA-256 (lower-case hexadecimal), once: false when one is noted already or the ar-guid is unknown.
    /// </summary>
    Task<bool> SetConfigSha256Async(string arGuid, string sha256, CancellationToken cancellation);

    /// <summary>
    /// Notes which engine runs the driver and under which handle, once: false when one is noted already or the ar-guid is unknown.
    /// </summary>
    Task<bool> SetDriverAsync(string arGuid, string engine, string handle, CancellationToken cancellation);

    /// <summary>
    /// Notes that the driver ended, with its exit code (null when it was killed or lost), once, and appends a <c>state</c> event. The
    /// invocation itself goes on until its batches have ended. False when it is noted already or the ar-guid is unknown.
    /// </summary>
    Task<bool> SetDriverEndAsync(string arGuid, int? exitCode, string? reason, CancellationToken cancellation);

    /// <summary>
    /// Notes the beginning or the end of a driver's step and appends a <c>step</c> event. A step is identified by its name; an end is never
    /// undone. False when nothing is new.
    /// </summary>
    Task<bool> SetStepAsync(string arGuid, InvocationStep step, CancellationToken cancellation);

    /// <summary>
    /// Attaches a batch to its invocation, before the engine is asked to run it, and appends a <c>batch</c> event. Idempotent by key.
    /// </summary>
    Task<BatchAdmission> AddBatchAsync(string arGuid, BatchSummary batch, CancellationToken cancellation);

    /// <summary>
    /// Notes what the tags of a batch's images mean, before the engine is asked to run it: a <c>batch</c> event for each. The last one counts, where a batch is
    /// sent again after a crash.
    /// </summary>
    Task NoteImagesAsync(string arGuid, string batch, IReadOnlyList<(string Image, string Resolved)> found, CancellationToken cancellation);

    /// <summary>
    /// Notes how far a batch is. A final state is never left; an event is appended when the state changes, not for each job. False when
    /// nothing is new or the key is unknown.
    /// </summary>
    Task<bool> UpdateBatchAsync(BatchSummary batch, CancellationToken cancellation);

    /// <summary>The invocation, or null when there is none.</summary>
    ValueTask<InvocationRecord?> GetAsync(string arGuid, CancellationToken cancellation);

    /// <summary>When the last invocation was recorded; null when none was. Throws what the database throws: so one learns whether it answers.</summary>
    ValueTask<DateTimeOffset?> FindLastRecordedAsync(CancellationToken cancellation);

    /// <summary>How many invocations of a user have not ended, counted up to <paramref name="limit"/>.</summary>
    ValueTask<int> CountUnfinishedAsync(string submittedBy, int limit, CancellationToken cancellation);

    /// <summary>A page of the invocations that hold every filter of the query.</summary>
    ValueTask<InvocationPage> ListAsync(InvocationQuery query, CancellationToken cancellation);

    /// <summary>Every invocation that has not reached a final state, the oldest first: what recovery and the idle exit look at.</summary>
    ValueTask<IReadOnlyList<InvocationRecord>> ListUnfinishedAsync(CancellationToken cancellation);

    /// <summary>
    /// The events of an invocation with a higher sequence than <paramref name="after"/>, ascending; at most <paramref name="limit"/>.
    /// </summary>
    ValueTask<IReadOnlyList<InvocationEvent>> ListEventsAsync(string arGuid, long after, int limit, CancellationToken cancellation);

    /// <summary>
    /// The events after <paramref name="after"/> and then each new one as soon as it is recorded. The sequence ends with the event that
    /// made the invocation final, at once for an unknown ar-guid, and when the log is disposed. Waiting costs no query.
    /// </summary>
    IAsyncEnumerable<InvocationEvent> FollowEventsAsync(string arGuid, long after, CancellationToken cancellation);

    /// <summary>The batches of an invocation, in the order in which they were attached.</summary>
    ValueTask<IReadOnlyList<BatchSummary>> ListBatchesAsync(string arGuid, CancellationToken cancellation);

    /// <summary>The ar-guid of the invocation that a batch belongs to, or null when no batch has the key.</summary>
    ValueTask<string?> FindInvocationOfBatchAsync(string key, CancellationToken cancellation);

    /// <summary>
    /// The environment variables of an invocation that has not ended, with their values: what its driver is started with. Empty once it has
    /// ended, when only the names are left.
    /// </summary>
    ValueTask<IReadOnlyDictionary<string, string>> GetEnvironmentAsync(string arGuid, CancellationToken cancellation);

    /// <summary>What the run of an invocation that has not ended is started from; null once it has ended.</summary>
    ValueTask<RunDocuments?> GetDocumentsAsync(string arGuid, CancellationToken cancellation);

    /// <summary>The request as it was recorded with <see cref="NewInvocation.RequestJson"/>, or null when the ar-guid is unknown.</summary>
    ValueTask<string?> GetRequestAsync(string arGuid, CancellationToken cancellation);

    /// <summary>
    /// Forgets what is older than <paramref name="before"/> and only guards against accidents or shows attacks: denials, and idempotency keys of
    /// invocations that have ended. Invocations and their events are kept for ever. The answer is how many were forgotten.
    /// </summary>
    Task<int> ForgetAsync(DateTimeOffset before, CancellationToken cancellation);

    /// <summary>Records a refusal; the answer is its id, which increases.</summary>
    Task<long> RecordDenialAsync(NewDenial denial, CancellationToken cancellation);

    /// <summary>
    /// At most <paramref name="limit"/> refusals, the newest first; with <paramref name="before"/>, only those with a lower id; with
    /// <paramref name="datasets"/>, only those of requests that named one of them.
    /// </summary>
    ValueTask<IReadOnlyList<Denial>> ListDenialsAsync(
        int limit, long? before, CancellationToken cancellation, IReadOnlyCollection<string>? datasets = null);
}
