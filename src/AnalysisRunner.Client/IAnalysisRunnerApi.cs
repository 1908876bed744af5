using System.Text.Json;
using System.Text.Json.Nodes;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Client;

/// <summary>
/// The server's <c>/api/v1</c> routes, one method each. Every method throws <see cref="AnalysisRunnerException"/> with the server's own problems when
/// it refuses, and with an <c>AR1</c> code when it cannot be reached or is not an analysis-runner server.
/// </summary>
public interface IAnalysisRunnerApi
{
    /// <summary><c>GET /api/v1/version</c></summary>
    Task<ServerVersion> GetVersionAsync(CancellationToken cancellation);

    /// <summary><c>POST /api/v1/submissions</c> with <c>Idempotency-Key</c>: the same key and request never make two runs.</summary>
    Task<SubmissionAccepted> SubmitAsync(SubmissionRequest request, string idempotencyKey, CancellationToken cancellation);

    /// <summary><c>GET /api/v1/invocations?limit=</c>: the newest first.</summary>
    Task<IReadOnlyList<Invocation>> ListInvocationsAsync(int limit, CancellationToken cancellation);

    /// <summary><c>GET /api/v1/invocations</c> with filters, order and pages.</summary>
    Task<InvocationPage> ListInvocationsAsync(InvocationListing listing, CancellationToken cancellation);

    /// <summary><c>GET /api/v1/invocations/{arGuid}</c></summary>
    Task<Invocation> GetInvocationAsync(string arGuid, CancellationToken cancellation);

    /// <summary><c>GET /api/v1/invocations/{arGuid}/config</c>: the composed TOML.</summary>
    Task<string> GetConfigAsync(string arGuid, CancellationToken cancellation);

    /// <summary><c>GET /api/v1/invocations/{arGuid}/config?explain=true</c>: the values of the composed config with their origins.</summary>
    Task<JsonElement> ExplainConfigAsync(string arGuid, CancellationToken cancellation);

    /// <summary><c>POST /config</c>: the config that a run would be given, as JSON.</summary>
    Task<JsonElement> PreviewConfigAsync(ConfigPreviewRequest request, CancellationToken cancellation);

    /// <summary><c>GET /api/v1/invocations/{arGuid}/events</c> (server-sent events): those after <paramref name="after"/>, then live until the invocation is final.</summary>
    IAsyncEnumerable<InvocationEvent> FollowEventsAsync(string arGuid, long after, CancellationToken cancellation);

    /// <summary>
    /// <c>GET /api/v1/invocations/{arGuid}/log?attempt=&amp;offset=&amp;follow=</c>: the driver's output in one attempt, from 1, or with null in the last one, from a
    /// byte offset on.
    /// </summary>
    IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLogAsync(string arGuid, int? attempt, long offset, bool follow, CancellationToken cancellation);

    /// <summary><c>POST /api/v1/invocations/{arGuid}/cancel</c></summary>
    Task CancelAsync(string arGuid, CancellationToken cancellation);

    /// <summary><c>POST /api/v1/invocations/{arGuid}/approve</c>: agrees, as a second member of its level, to exactly what has the digest.</summary>
    Task<Invocation> ApproveAsync(string arGuid, string digest, CancellationToken cancellation);

    /// <summary>
    /// <c>POST /api/v1/invocations/{arGuid}/rerun</c> with <c>Idempotency-Key</c>: submits it again as it was recorded. The members of
    /// <paramref name="changes"/> replace those of the submission, and are recorded as changes.
    /// </summary>
    Task<SubmissionAccepted> RerunAsync(string arGuid, JsonObject changes, string idempotencyKey, CancellationToken cancellation);

    /// <summary><c>GET /api/v1/invocations/{arGuid}/approval</c>: exactly what is to run, as JSON whose SHA-256 is the digest to approve.</summary>
    Task<string> GetApprovalAsync(string arGuid, CancellationToken cancellation);

    /// <summary><c>GET /api/v1/invocations/{arGuid}/outputs?cursor=</c>: what lies under its output prefix, and the cursor of the next part; null at the end.</summary>
    Task<(IReadOnlyList<InvocationOutput> Outputs, string? Next)> ListOutputsAsync(string arGuid, string? cursor, CancellationToken cancellation);

    /// <summary><c>GET /.well-known/oauth-protected-resource</c>: whose tokens the server takes; asked without one.</summary>
    Task<ProtectedResource> GetSignInMetadataAsync(CancellationToken cancellation);

    /// <summary><c>GET /api/v1/whoami</c></summary>
    Task<WhoAmI> IdentifyAsync(CancellationToken cancellation);

    /// <summary><c>GET /api/v1/datasets</c>: the datasets that the caller is in.</summary>
    Task<IReadOnlyList<DatasetSummary>> ListDatasetsAsync(CancellationToken cancellation);

    /// <summary>
    /// <c>POST /api/v1/batches</c>: a driver hands over a batch, with its job-scoped token. It is sent as a stream, and has more time the more jobs it has.
    /// </summary>
    Task<BatchAccepted> SubmitBatchAsync(BatchSpec spec, CancellationToken cancellation);

    /// <summary><c>GET /api/v1/batches/{key}</c></summary>
    Task<BatchSummary> GetBatchAsync(string key, CancellationToken cancellation);

    /// <summary><c>GET /api/v1/batches/{key}/jobs?after=&amp;limit=</c>, ascending by id.</summary>
    Task<IReadOnlyList<JobSummary>> GetJobsAsync(string key, int after, int limit, CancellationToken cancellation);

    /// <summary><c>GET /api/v1/batches/{key}/groups</c>, ascending by id.</summary>
    Task<IReadOnlyList<JobGroupSummary>> GetGroupsAsync(string key, CancellationToken cancellation);

    /// <summary><c>GET /api/v1/batches/{key}/jobs/{job}/attempts</c>: how each ended and what it used, ascending.</summary>
    Task<IReadOnlyList<AttemptSummary>> GetAttemptsAsync(string key, int job, CancellationToken cancellation);

    /// <summary>
    /// <c>GET /api/v1/batches/{key}/jobs/{job}/log?attempt=&amp;offset=&amp;follow=</c>: a job's output in one attempt, from 1, or with null in the last one, from a
    /// byte offset on.
    /// </summary>
    IAsyncEnumerable<ReadOnlyMemory<byte>> ReadJobLogAsync(string key, int job, int? attempt, long offset, bool follow, CancellationToken cancellation);

    /// <summary><c>POST /api/v1/sign-in-codes</c>: a fresh single-use link to the pages; local runner only.</summary>
    Task<SignInLink> CreateSignInLinkAsync(CancellationToken cancellation);

    /// <summary><c>POST /api/v1/shutdown</c>: ends the local runner; refused with <c>AR6003</c> while invocations run unless <paramref name="force"/>.</summary>
    Task ShutDownAsync(bool force, CancellationToken cancellation);
}
