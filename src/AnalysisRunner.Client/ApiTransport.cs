using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Authentication;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AnalysisRunner.Client;

/// <summary>Sends requests: credentials, retries where a repetition is harmless, and one way to say what went wrong.</summary>
internal sealed class ApiTransport : IDisposable
{
    private const string IdempotencyHeader = "Idempotency-Key";

    private static readonly ProductInfoHeaderValue UserAgent =
        new("AnalysisRunner.Client", typeof(ApiTransport).Assembly.GetName().Version?.ToString(3));

    private readonly HttpClient _http;
    private readonly Func<CancellationToken, ValueTask<string?>> _token;
    private readonly RetryPolicy _retries;

    public ApiTransport(Uri baseUrl, Func<CancellationToken, ValueTask<string?>> token, HttpMessageHandler? handler, RetryPolicy retries)
    {
        ArgumentNullException.ThrowIfNull(baseUrl);
        ArgumentNullException.ThrowIfNull(token);
        if (!baseUrl.IsAbsoluteUri || baseUrl.Scheme is not ("http" or "https"))
        {
            throw ApiErrors.Malformed(baseUrl);
        }

        var address = new UriBuilder(baseUrl) { UserName = "", Password = "", Query = "", Fragment = "" };
        if (!address.Path.EndsWith('/')) address.Path += "/";
        BaseUrl = address.Uri;
        _token = token;
        _retries = retries;
        _http = new HttpClient(handler ?? ConnectTo(BaseUrl)) { BaseAddress = BaseUrl, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(UserAgent);
    }

    public Uri BaseUrl { get; }

    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> answer, CancellationToken cancellation) =>
        WithTimeoutAsync(
            token => ReadJsonAsync(() => Get(path, "application/json"), repeatable: true, answer, token), cancellation);

    /// <summary>A part of a list, and the cursor of the next one (RFC 8288, <c>rel="next"</c>).</summary>
    public Task<(T Items, string? Next)> GetPageAsync<T>(string path, JsonTypeInfo<T> answer, CancellationToken cancellation)
        where T : class =>
        WithTimeoutAsync(
            async token =>
            {
                using var response = await SendAsync(() => Get(path, "application/json"), repeatable: true, token).ConfigureAwait(false);
                return (await ReadAsync(response, answer, token).ConfigureAwait(false), NextIn(response));
            },
            cancellation);

    public Task<string> GetTextAsync(string path, CancellationToken cancellation) =>
        WithTimeoutAsync(
            async token =>
            {
                using var response = await SendAsync(() => Get(path, "*/*"), repeatable: true, token).ConfigureAwait(false);
                return await response.Content.ReadAsStringAsync(token).ConfigureAwait(false);
            },
            cancellation);

    public Task<TAnswer> PostAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> form, JsonTypeInfo<TAnswer> answer, string idempotencyKey, CancellationToken cancellation,
        TimeSpan more = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(idempotencyKey);
        return WithTimeoutAsync(
            token => ReadJsonAsync(
                () =>
                {
                    var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, form) };
                    request.Headers.Add(IdempotencyHeader, idempotencyKey);
                    return request;
                },
                repeatable: true,
                answer,
                token),
            cancellation,
            more);
    }

    public Task<TAnswer> PostAsync<TBody, TAnswer>(string path, TBody body, JsonTypeInfo<TBody> form, JsonTypeInfo<TAnswer> answer, CancellationToken cancellation) =>
        WithTimeoutAsync(
            token => ReadJsonAsync(() => new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, form) }, repeatable: false, answer, token), cancellation);

    public Task<TAnswer> PostAsync<TAnswer>(string path, JsonTypeInfo<TAnswer> answer, CancellationToken cancellation) =>
        WithTimeoutAsync(
            token => ReadJsonAsync(() => new HttpRequestMessage(HttpMethod.Post, path), repeatable: false, answer, token), cancellation);

    public Task PostAsync(string path, CancellationToken cancellation) =>
        WithTimeoutAsync(
            async token =>
            {
                using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Post, path), repeatable: false, token).ConfigureAwait(false);
                return true;
            },
            cancellation);

    /// <summary>Opens a stream; only the arrival of its headers is limited in time.</summary>
    public Task<HttpResponseMessage> OpenAsync(string path, string accept, string? lastEventId, CancellationToken cancellation) =>
        WithTimeoutAsync(
            token => SendAsync(
                () =>
                {
                    var request = Get(path, accept);
                    if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
                    return request;
                },
                repeatable: true,
                token,
                stream: true),
            cancellation);

    /// <summary>
    /// Reads from an open stream. Null when the connection broke and opening it again is worth a try, after the wait that goes with
    /// <paramref name="failures"/> earlier breaks in a row.
    /// </summary>
    public async Task<T?> ReadOrBreakAsync<T>(Func<ValueTask<T>> read, int failures, CancellationToken cancellation)
        where T : struct
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            if (failures + 1 >= _retries.Attempts) throw ApiErrors.NotReachable(BaseUrl, "broke the connection", e);
            await Task.Delay(_retries.DelayAfter(failures + 1, null), cancellation).ConfigureAwait(false);
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Get(string path, string accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd(accept);
        return request;
    }

    private async Task<T> ReadJsonAsync<T>(Func<HttpRequestMessage> create, bool repeatable, JsonTypeInfo<T> answer, CancellationToken cancellation)
    {
        using var response = await SendAsync(create, repeatable, cancellation).ConfigureAwait(false);
        return await ReadAsync(response, answer, cancellation).ConfigureAwait(false);
    }

    private static string? NextIn(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Link", out var links)) return null;
        var next = links.SelectMany(link => link.Split(',')).FirstOrDefault(link => link.Contains("rel=\"next\"", StringComparison.Ordinal));
        const string Cursor = "cursor=";
        if (next is null || next.IndexOf('<', StringComparison.Ordinal) is not (>= 0 and var open) || next.IndexOf('>', open) is not (> 0 and var close)) return null;
        var found = next[(open + 1)..close].Split('?', '&').FirstOrDefault(part => part.StartsWith(Cursor, StringComparison.Ordinal));
        return found is null ? null : Uri.UnescapeDataString(found[Cursor.Length..]);
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> answer, CancellationToken cancellation)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(answer, cancellation).ConfigureAwait(false)
                ?? throw ApiErrors.NotOurs(BaseUrl, "answered \"null\"");
        }
        catch (JsonException e)
        {
            throw ApiErrors.NotOurs(BaseUrl, $"answered {(int)response.StatusCode} with text that is not the expected JSON", e);
        }
    }

    /// <summary>Sends until there is a good answer; unless it is a stream, the whole of it has been read, so that a break within it is tried again too.</summary>
    private async Task<HttpResponseMessage> SendAsync(
        Func<HttpRequestMessage> create, bool repeatable, CancellationToken cancellation, bool stream = false)
    {
        var completion = stream ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead;
        for (var failures = 1; ; failures++)
        {
            var mayRepeat = repeatable && failures < _retries.Attempts;
            TimeSpan? retryAfter = null;
            try
            {
                using var request = create();
                request.Headers.Authorization = await CredentialsAsync(cancellation).ConfigureAwait(false);
                var response = await _http.SendAsync(request, completion, cancellation).ConfigureAwait(false);
                if (response.IsSuccessStatusCode) return response;

                using (response)
                {
                    var passing = response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;
                    if (!mayRepeat || !passing) throw await ApiErrors.RefusedAsync(BaseUrl, response, cancellation).ConfigureAwait(false);
                    retryAfter = response.Headers.RetryAfter?.Delta;
                }
            }
            catch (HttpRequestException e) when (e.InnerException is AuthenticationException)
            {
                throw ApiErrors.CertificateRefused(BaseUrl, e);
            }
            catch (HttpRequestException e) when (!mayRepeat || !IsBrokenConnection(e))
            {
                throw ApiErrors.NotReachable(BaseUrl, IsBrokenConnection(e) ? "broke the connection" : "does not answer", e);
            }
            catch (HttpRequestException)
            {
                // The connection existed and broke: another may hold. The wait below comes first.
            }
            await Task.Delay(_retries.DelayAfter(failures, retryAfter), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A connection that was made and broke, unlike one that was refused, which would be refused again.</summary>
    private static bool IsBrokenConnection(HttpRequestException e) =>
        e.HttpRequestError is HttpRequestError.ResponseEnded or HttpRequestError.Unknown && e.StatusCode is null;

    private async Task<AuthenticationHeaderValue?> CredentialsAsync(CancellationToken cancellation)
    {
        var token = (await _token(cancellation).ConfigureAwait(false))?.Trim();
        if (string.IsNullOrEmpty(token)) return null;
        // The header's own check would quote the token in its message.
        return token.All(c => c is > ' ' and <= '~')
            ? new AuthenticationHeaderValue("Bearer", token)
            : throw ApiErrors.TokenMalformed();
    }

    private async Task<T> WithTimeoutAsync<T>(Func<CancellationToken, Task<T>> send, CancellationToken cancellation, TimeSpan more = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_retries.Timeout + more);
        try
        {
            return await send(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw ApiErrors.NotReachable(BaseUrl, $"did not answer within {(_retries.Timeout + more).TotalSeconds:0} s", e);
        }
    }

    private static SocketsHttpHandler ConnectTo(Uri address) => new()
    {
        // A redirect could carry the token elsewhere, and no route of ours redirects.
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        // What listens on this machine is none of a proxy's business, whatever the environment says.
        UseProxy = !address.IsLoopback,
        UseCookies = false,
    };
}
