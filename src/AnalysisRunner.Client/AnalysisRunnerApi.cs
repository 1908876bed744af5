using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Client;

/// <summary>The API over <see cref="HttpClient"/>. One instance serves one server; it is safe to use from several threads.</summary>
public sealed class AnalysisRunnerApi : IAnalysisRunnerApi, IDisposable
{
    /// <summary>To send, check and store it: a hundred times what it takes on a machine that has nothing else to do.</summary>
    private static readonly TimeSpan TimeForEachJob = TimeSpan.FromMilliseconds(1);

    private readonly ApiTransport _transport;

    /// <summary>Creates a client.</summary>
    /// <param name="baseUrl">The server's address, with or without a path and a trailing slash.</param>
    /// <param name="token">Asked before each request; null sends no credentials. The value is never logged and never part of an error.</param>
    /// <param name="handler">Replaces the connection handling; disposed with the client. Null connects directly to loopback addresses and as the machine is set up to all others.</param>
    public AnalysisRunnerApi(Uri baseUrl, Func<CancellationToken, ValueTask<string?>> token, HttpMessageHandler? handler = null)
        : this(baseUrl, token, handler, RetryPolicy.Default)
    {
    }

    internal AnalysisRunnerApi(Uri baseUrl, Func<CancellationToken, ValueTask<string?>> token, HttpMessageHandler? handler, RetryPolicy retries) =>
        _transport = new ApiTransport(baseUrl, token, handler, retries);

    /// <summary>The server's address, with a trailing slash and without user information.</summary>
    public Uri BaseUrl => _transport.BaseUrl;

    /// <inheritdoc/>
    public async Task<ServerVersion> GetVersionAsync(CancellationToken cancellation)
    {
        var version = await _transport.GetAsync("api/v1/version", ApiJson.Lenient.ServerVersion, cancellation).ConfigureAwait(false);
        return version.Product == ServerVersion.ProductName
            ? version
            : throw ApiErrors.NotOurs(BaseUrl, $"says that it is \"{ApiErrors.Excerpt(version.Product)}\"");
    }

    /// <inheritdoc/>
    public Task<SubmissionAccepted> SubmitAsync(SubmissionRequest request, string idempotencyKey, CancellationToken cancellation) =>
        _transport.PostAsync(
            "api/v1/submissions", request, ContractsJson.Default.SubmissionRequest, ApiJson.Lenient.SubmissionAccepted, idempotencyKey, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Invocation>> ListInvocationsAsync(int limit, CancellationToken cancellation) =>
        _transport.GetAsync(Text($"api/v1/invocations?limit={limit}"), ApiJson.Lenient.IReadOnlyListInvocation, cancellation);

    /// <inheritdoc/>
    public async Task<InvocationPage> ListInvocationsAsync(InvocationListing listing, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(listing);
        var (invocations, next) = await _transport.GetPageAsync(
            "api/v1/invocations" + listing.Query(), ApiJson.Lenient.IReadOnlyListInvocation, cancellation).ConfigureAwait(false);
        return new InvocationPage(invocations, next);
    }

    /// <inheritdoc/>
    public Task<Invocation> GetInvocationAsync(string arGuid, CancellationToken cancellation) =>
        _transport.GetAsync(InvocationPath(arGuid), ApiJson.Lenient.Invocation, cancellation);

    /// <inheritdoc/>
    public Task<string> GetConfigAsync(string arGuid, CancellationToken cancellation) =>
        _transport.GetTextAsync(InvocationPath(arGuid) + "/config", cancellation);

    /// <inheritdoc/>
    public Task<JsonElement> ExplainConfigAsync(string arGuid, CancellationToken cancellation) =>
        _transport.GetAsync(InvocationPath(arGuid) + "/config?explain=true", FreeJson.Default.JsonElement, cancellation);

    /// <inheritdoc/>
    public Task<JsonElement> PreviewConfigAsync(ConfigPreviewRequest request, CancellationToken cancellation) =>
        _transport.PostAsync("config", request, FreeJson.Default.ConfigPreviewRequest, FreeJson.Default.JsonElement, cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<InvocationEvent> FollowEventsAsync(
        string arGuid, long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // A broken connection is resumed after the last event seen; the attempts count only while nothing arrives.
        for (var failures = 0; ;)
        {
            using var response = await _transport.OpenAsync(
                InvocationPath(arGuid) + "/events", "text/event-stream", after > 0 ? Text($"{after}") : null, cancellation).ConfigureAwait(false);
            using var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            await using var events = SseParser.Create(stream, (_, data) => Parse(data)).EnumerateAsync(cancellation).GetAsyncEnumerator(cancellation);

            while (true)
            {
                bool? more = await _transport.ReadOrBreakAsync(() => events.MoveNextAsync(), failures, cancellation).ConfigureAwait(false);
                if (more is null) break;
                if (more is false) yield break;
                failures = 0;
                if (events.Current.Data is not { } found || found.Sequence <= after) continue;
                after = found.Sequence;
                yield return found;
            }
            failures++;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLogAsync(string arGuid, int? attempt, long offset, bool follow, CancellationToken cancellation) =>
        ReadBytesAsync(InvocationPath(arGuid) + "/log", attempt, offset, follow, cancellation);

    /// <inheritdoc/>
    public Task CancelAsync(string arGuid, CancellationToken cancellation) =>
        _transport.PostAsync(InvocationPath(arGuid) + "/cancel", cancellation);

    /// <inheritdoc/>
    public Task<SubmissionAccepted> RerunAsync(string arGuid, JsonObject changes, string idempotencyKey, CancellationToken cancellation) => _transport.PostAsync(
        InvocationPath(arGuid) + "/rerun", changes, FreeJson.Default.JsonObject, ApiJson.Lenient.SubmissionAccepted, idempotencyKey, cancellation);

    /// <inheritdoc/>
    public Task<string> GetApprovalAsync(string arGuid, CancellationToken cancellation) =>
        _transport.GetTextAsync(InvocationPath(arGuid) + "/approval", cancellation);

    /// <inheritdoc/>
    public Task<(IReadOnlyList<InvocationOutput> Outputs, string? Next)> ListOutputsAsync(string arGuid, string? cursor, CancellationToken cancellation) => _transport.GetPageAsync(
        InvocationPath(arGuid) + "/outputs" + (cursor is null ? "" : "?cursor=" + Uri.EscapeDataString(cursor)), ApiJson.Lenient.IReadOnlyListInvocationOutput, cancellation);

    /// <inheritdoc/>
    public Task<ProtectedResource> GetSignInMetadataAsync(CancellationToken cancellation) =>
        _transport.GetAsync(".well-known/oauth-protected-resource", ApiJson.Lenient.ProtectedResource, cancellation);

    /// <inheritdoc/>
    public Task<WhoAmI> IdentifyAsync(CancellationToken cancellation) => _transport.GetAsync("api/v1/whoami", ApiJson.Lenient.WhoAmI, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DatasetSummary>> ListDatasetsAsync(CancellationToken cancellation) =>
        _transport.GetAsync("api/v1/datasets", ApiJson.Lenient.IReadOnlyListDatasetSummary, cancellation);

    /// <inheritdoc/>
    public Task<BatchAccepted> SubmitBatchAsync(BatchSpec spec, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return _transport.PostAsync(
            "api/v1/batches", spec, ContractsJson.Default.BatchSpec, ApiJson.Lenient.BatchAccepted, idempotencyKey: spec.Key, cancellation,
            TimeForEachJob * spec.Jobs.Count);
    }

    /// <inheritdoc/>
    public Task<BatchSummary> GetBatchAsync(string key, CancellationToken cancellation) =>
        _transport.GetAsync(BatchPath(key), ApiJson.Lenient.BatchSummary, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobSummary>> GetJobsAsync(string key, int after, int limit, CancellationToken cancellation) =>
        _transport.GetAsync(Text($"{BatchPath(key)}/jobs?after={after}&limit={limit}"), ApiJson.Lenient.IReadOnlyListJobSummary, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobGroupSummary>> GetGroupsAsync(string key, CancellationToken cancellation) =>
        _transport.GetAsync(BatchPath(key) + "/groups", ApiJson.Lenient.IReadOnlyListJobGroupSummary, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AttemptSummary>> GetAttemptsAsync(string key, int job, CancellationToken cancellation) =>
        _transport.GetAsync(Text($"{BatchPath(key)}/jobs/{job}/attempts"), ApiJson.Lenient.IReadOnlyListAttemptSummary, cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadJobLogAsync(string key, int job, int? attempt, long offset, bool follow, CancellationToken cancellation) =>
        ReadBytesAsync(Text($"{BatchPath(key)}/jobs/{job}/log"), attempt, offset, follow, cancellation);

    /// <inheritdoc/>
    public Task<Invocation> ApproveAsync(string arGuid, string digest, CancellationToken cancellation) =>
        _transport.PostAsync(
            InvocationPath(arGuid) + "/approve", new ApprovalRequest { Digest = digest }, ContractsJson.Default.ApprovalRequest, ApiJson.Lenient.Invocation, cancellation);

    /// <inheritdoc/>
    public Task<SignInLink> CreateSignInLinkAsync(CancellationToken cancellation) =>
        _transport.PostAsync("api/v1/sign-in-codes", ApiJson.Lenient.SignInLink, cancellation);

    /// <inheritdoc/>
    public Task ShutDownAsync(bool force, CancellationToken cancellation) =>
        _transport.PostAsync(force ? "api/v1/shutdown?force=true" : "api/v1/shutdown", cancellation);

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadBytesAsync(
        string path, int? attempt, long offset, bool follow, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var buffer = new byte[16 * 1024];
        var which = attempt is { } number ? Text($"attempt={number}&") : "";
        for (var failures = 0; ;)
        {
            using var response = await _transport.OpenAsync(
                Text($"{path}?{which}offset={offset}&follow={(follow ? "true" : "false")}"), "text/plain", null, cancellation).ConfigureAwait(false);
            using var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);

            while (true)
            {
                int? read = await _transport.ReadOrBreakAsync(() => stream.ReadAsync(buffer, cancellation), failures, cancellation).ConfigureAwait(false);
                if (read is null) break;
                if (read is 0) yield break;
                failures = 0;
                offset += read.Value;
                // A copy: whoever keeps a piece must not see the next one in it.
                yield return buffer.AsMemory(0, read.Value).ToArray();
            }
            failures++;
        }
    }

    private InvocationEvent? Parse(ReadOnlySpan<byte> data)
    {
        try
        {
            return JsonSerializer.Deserialize(data, ApiJson.Lenient.InvocationEvent);
        }
        catch (JsonException e)
        {
            throw ApiErrors.NotOurs(BaseUrl, "sent an event that is not one of ours", e);
        }
    }

    private static string InvocationPath(string arGuid) => "api/v1/invocations/" + Segment(arGuid);

    private static string BatchPath(string key) => "api/v1/batches/" + Segment(key);

    // "." and ".." would be resolved as parts of a path, and no id looks like that.
    private static string Segment(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return id is "." or ".." ? throw new ArgumentException("not an id", nameof(id)) : Uri.EscapeDataString(id);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
