using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AnalysisRunner.Storage.Transfers;
using Polly;
using Polly.Retry;

namespace AnalysisRunner.Storage.Gcs;

/// <summary>Sends requests to the JSON API, and sends again what Google documents as safe to send again, within a budget.</summary>
internal sealed class GcsConnection : IDisposable
{
    private static readonly Uri Google = new("https://storage.googleapis.com");
    private static readonly ResiliencePropertyKey<long> Started = new("started");

    private readonly GcsStoreOptions _options;
    private readonly Uri _endpoint;
    private readonly GcsIdentity _identity;
    private readonly HttpClient _client;
    private readonly ResiliencePipeline<HttpResponseMessage> _retrying;

    internal GcsConnection(GcsStoreOptions options, HttpMessageHandler? handler = null)
    {
        _options = options;
        _endpoint = options.Endpoint ?? Google;
        _identity = new GcsIdentity(options);
        // Content comes as it is stored: decompression on the way would change its digest.
        _client = new HttpClient(handler ?? new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None, PooledConnectionLifetime = TimeSpan.FromMinutes(10) })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("AnalysisRunner.Storage.Gcs", typeof(GcsConnection).Assembly.GetName().Version?.ToString(3)));
        _client.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
        _retrying = options.Attempts == 1 ? ResiliencePipeline<HttpResponseMessage>.Empty : Retrying(options);
    }

    /// <summary>Who asks, as the subject of a sentence.</summary>
    internal string Identity => _identity.Name;

    /// <summary>An address of the JSON API.</summary>
    /// <param name="path">From the root; names are encoded already.</param>
    /// <param name="query">Names and values; what is null is left out.</param>
    internal Uri Address(string path, params ReadOnlySpan<(string Name, string? Value)> query)
    {
        var text = new System.Text.StringBuilder(_endpoint.ToString().TrimEnd('/')).Append(path);
        var separator = '?';
        foreach (var (name, value) in query) Append(name, value);
        Append("userProject", _options.BillingProject);
        return new Uri(text.ToString());

        void Append(string name, string? value)
        {
            if (value is null) return;
            text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }
    }

    /// <summary>The address of an object.</summary>
    internal Uri ObjectAddress(StoragePath path, params ReadOnlySpan<(string Name, string? Value)> query) =>
        Address($"/storage/v1/b/{Uri.EscapeDataString(path.Bucket)}/o/{Uri.EscapeDataString(path.Key)}", query);

    /// <summary>Sends a request, and reads the answer, which has come whole before it counts: one that breaks off is asked for again.</summary>
    internal async Task<T> AskAsync<T>(GcsRequest request, JsonTypeInfo<T> form, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(request, cancellationToken, HttpCompletionOption.ResponseContentRead).ConfigureAwait(false);
        try
        {
            var body = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using var opened = body.ConfigureAwait(false);
            return await JsonSerializer.DeserializeAsync(body, form, cancellationToken).ConfigureAwait(false)
                ?? throw StorageErrors.Unavailable(request.Path, "the answer is empty");
        }
        catch (Exception error) when (GcsErrors.IsBreak(error) || error is JsonException)
        {
            throw StorageErrors.Unavailable(request.Path, error.Message, error);
        }
    }

    /// <summary>Sends a request; the answer is a success, whose headers have come, or all of it.</summary>
    internal async Task<HttpResponseMessage> SendAsync(
        GcsRequest request, CancellationToken cancellationToken, HttpCompletionOption completion = HttpCompletionOption.ResponseHeadersRead)
    {
        cancellationToken.ThrowIfCancellationRequested();
        HttpResponseMessage answer;
        try
        {
            answer = request.IsRepeatable
                ? await RepeatAsync(request, completion, cancellationToken).ConfigureAwait(false)
                : await SendOnceAsync(request, cancellationToken, completion).ConfigureAwait(false);
        }
        catch (Exception error) when (GcsErrors.IsBreak(error))
        {
            throw StorageErrors.Unavailable(request.Path, error.Message, error);
        }
        if (answer.IsSuccessStatusCode || request.Accepts(answer.StatusCode)) return answer;
        using (answer) throw await ErrorAsync(request, answer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a request one time, whatever the answer is.</summary>
    /// <exception cref="HttpRequestException">The connection broke.</exception>
    internal async Task<HttpResponseMessage> SendOnceAsync(
        GcsRequest request, CancellationToken cancellationToken, HttpCompletionOption completion = HttpCompletionOption.ResponseHeadersRead)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(_options.Timeout);
        try
        {
            using var message = new HttpRequestMessage(request.Method, request.Address) { Content = request.Content?.Invoke() };
            request.Configure?.Invoke(message);
            if (await _identity.TokenAsync(request.Path, _endpoint, silence.Token).ConfigureAwait(false) is { } token) message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            return await _client.SendAsync(message, completion, silence.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw StorageErrors.TimedOut(request.Path, _options.Timeout, error);
        }
    }

    /// <summary>The error of an answer that is none of success.</summary>
    internal async Task<StorageException> ErrorAsync(GcsRequest request, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var body = "";
        try
        {
            body = await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (GcsErrors.IsBreak(error))
        {
            // The status alone says enough.
        }
        return GcsErrors.Answer(request.Path, request.Operation, Identity, answer.StatusCode, body, request.Condition, request.Version);
    }

    public void Dispose()
    {
        _client.Dispose();
        _identity.Dispose();
    }

    private async Task<HttpResponseMessage> RepeatAsync(GcsRequest request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Started, Environment.TickCount64);
        try
        {
            return await _retrying.ExecuteAsync(
                static async (context, state) => await state.Connection.SendOnceAsync(state.Request, context.CancellationToken, state.Completion).ConfigureAwait(false),
                context, (Connection: this, Request: request, Completion: completion)).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static ResiliencePipeline<HttpResponseMessage> Retrying(GcsStoreOptions options) => new ResiliencePipelineBuilder<HttpResponseMessage>().AddRetry(new RetryStrategyOptions<HttpResponseMessage>
    {
        MaxRetryAttempts = options.Attempts - 1,
        ShouldHandle = arguments => ValueTask.FromResult(
            !arguments.Context.CancellationToken.IsCancellationRequested
            && Environment.TickCount64 - arguments.Context.Properties.GetValue(Started, 0L) < options.RetryBudget.TotalMilliseconds
            && (arguments.Outcome.Result is { } answer ? GcsErrors.IsRetryable(answer.StatusCode)
                : arguments.Outcome.Exception is { } error && (GcsErrors.IsBreak(error) || error is StorageException { Code: StorageCodes.TimedOut }))),
        DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(Delay(arguments.Outcome.Result, arguments.AttemptNumber + 1)),
        OnRetry = arguments =>
        {
            arguments.Outcome.Result?.Dispose();
            return ValueTask.CompletedTask;
        },
    }).Build();

    // The server's wish counts where it has one.
    private static TimeSpan Delay(HttpResponseMessage? answer, int attempt)
    {
        var own = Backoff.Delay(attempt);
        return answer?.Headers.RetryAfter?.Delta is { } wish && wish > own && wish < TimeSpan.FromMinutes(1) ? wish : own;
    }
}
