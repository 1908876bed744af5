using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Credentials;

/// <summary>One question to a provider of identity tokens. Its answers are never part of a message: they hold tokens.</summary>
internal static class TokenRequest
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Asks, and takes one member of the JSON object that is the answer.</summary>
    /// <exception cref="AnalysisRunnerException">AR1053: there is no such answer.</exception>
    public static async Task<string> SendAsync(string provider, HttpRequestMessage request, string member, string remedy, CancellationToken cancellation)
    {
        if (request.RequestUri is not { IsAbsoluteUri: true } address || !(address.Scheme == "https" || (address.Scheme == "http" && address.IsLoopback)))
            throw Failed(provider, "has no https address", remedy);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            // A redirect could carry the credentials elsewhere.
            using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = !address.IsLoopback });
            using var response = await http.SendAsync(request, limit.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode) throw Failed(provider, $"answered {(int)response.StatusCode}", remedy);
            using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(limit.Token).ConfigureAwait(false));
            return answer.RootElement.TryGetProperty(member, out var token) && token.GetString() is { Length: > 0 } text ? text : throw Failed(provider, $"gave no '{member}'", remedy);
        }
        catch (HttpRequestException exception)
        {
            throw Failed(provider, $"cannot be reached ({TerminalText.OneLine(exception.GetBaseException().Message)})", remedy, exception);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Failed(provider, "gave an answer that is not the expected JSON", remedy, exception);
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw Failed(provider, $"did not answer within {Limit.TotalSeconds:0} s", remedy, exception);
        }
    }

    /// <summary>A provider that gives no token.</summary>
    public static AnalysisRunnerException Failed(string provider, string what, string remedy, Exception? inner = null) =>
        new(BuildCodes.TokenProviderFailed, $"{provider} {what}, so there is no identity token for the server. {remedy}", inner);
}
