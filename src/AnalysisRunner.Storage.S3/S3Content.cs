using System.Globalization;
using System.Net;
using Amazon.S3;
using AnalysisRunner.Storage.Transfers;

namespace AnalysisRunner.Storage.S3;

/// <summary>
/// Sends and fetches the content of objects; everything else is asked through the SDK's client. That one reads a body several times to digest it and makes garbage for
/// each request and each byte; here a request is signed in one step, and its body goes out as it lies in memory.
/// </summary>
internal sealed class S3Content(S3StoreOptions options, S3Connection connection) : IDisposable
{
    private const string Product = "analysis-runner-storage/1.0";

    // Idle connections of a burst of small objects are kept: opening one costs as much as a request.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Opens the content of an object, from <paramref name="from"/> to the byte <paramref name="to"/>; null means its begin and its end.</summary>
    /// <exception cref="AmazonS3Exception">The store refuses.</exception>
    internal async Task<(S3Answer Answer, Stream Content)> GetAsync(StoragePath path, long? from, long? to, string? entityTag, CancellationToken cancellationToken)
    {
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (from is not null) headers["range"] = string.Create(CultureInfo.InvariantCulture, $"bytes={from}-{to}");
        if (entityTag is not null) headers["if-match"] = entityTag;
        var answer = await SendAsync(HttpMethod.Get, path, "", headers, null, S3Signature.EmptyPayload, options.Timeout, cancellationToken).ConfigureAwait(false);
        try
        {
            return (S3Answer.Of(path, answer), await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    /// <summary>Sends an object, or a part of one.</summary>
    /// <param name="path">The object.</param>
    /// <param name="query">Such as <c>partNumber=1&amp;uploadId=x</c>, encoded and in the order of its names.</param>
    /// <param name="headers">Names in lower case.</param>
    /// <param name="content">Sent from its beginning, again when an attempt fails.</param>
    /// <param name="sha256">Of the content, for the signature; null leaves it out: then a digest in the headers, which are signed, must say what is sent.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AmazonS3Exception">The store refuses.</exception>
    internal async Task<S3Receipt> PutAsync(
        StoragePath path, string query, SortedDictionary<string, string> headers, UploadPart content, string? sha256, CancellationToken cancellationToken)
    {
        // No fixed time bounds what is larger than a part.
        var timeout = content.Length > options.PartSize ? Timeout.InfiniteTimeSpan : options.Timeout;
        using var answer = await SendAsync(HttpMethod.Put, path, query, headers, content, sha256 ?? S3Signature.UnsignedPayload, timeout, cancellationToken).ConfigureAwait(false);
        return S3Receipt.Of(answer);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, StoragePath path, string query, SortedDictionary<string, string> headers, UploadPart? content, string payload, TimeSpan timeout, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(timeout);
            try
            {
                using var request = await RequestAsync(method, path, query, headers, content, payload).ConfigureAwait(false);
                var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
                if (answer.IsSuccessStatusCode) return answer;
                using (answer)
                {
                    var fault = await S3Fault.ReadAsync(answer, limit.Token).ConfigureAwait(false);
                    if (attempt >= options.Attempts || !S3Fault.MayPass(fault)) throw fault;
                }
            }
            catch (Exception error) when (attempt < options.Attempts && !cancellationToken.IsCancellationRequested && (S3Errors.IsBreak(error) || error is OperationCanceledException))
            {
                // Sent again below: what it does, done twice, is as done once.
            }
            await Task.Delay(Backoff.Delay(attempt), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<HttpRequestMessage> RequestAsync(
        HttpMethod method, StoragePath path, string query, SortedDictionary<string, string> headers, UploadPart? content, string payload)
    {
        var address = connection.Address(path, query);
        var request = new HttpRequestMessage(method, address);
        try
        {
            if (await connection.SignerAsync(path).ConfigureAwait(false) is { } signer) request.Headers.TryAddWithoutValidation("Authorization", signer.Sign(method, address, headers, payload));
            if (content is not null) request.Content = new UploadContent(content);
            foreach (var (name, value) in headers)
                if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content?.Headers.TryAddWithoutValidation(name, value);
            request.Headers.TryAddWithoutValidation("User-Agent", Product);
            // A large body is not sent to be refused.
            if (content?.Length > options.PartSize) request.Headers.ExpectContinue = true;
            return request;
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }
}
