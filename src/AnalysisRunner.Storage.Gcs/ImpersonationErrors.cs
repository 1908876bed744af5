using System.Net;
using System.Text.Json.Nodes;
using Google.Apis.Auth.OAuth2.Responses;
using Google.Apis.Http;

namespace AnalysisRunner.Storage.Gcs;

/// <summary>
/// Keeps what the IAM Credentials API says when it refuses. Its errors are not those of OAuth, so that Google's library drops their words, and fails on one without a body.
/// </summary>
internal sealed class ImpersonationErrors : IHttpUnsuccessfulResponseHandler
{
    private const int MaximumWords = 300;

    /// <summary>Ends with the answer's own words what nobody else tries again: the library renews its token after 401, and waits after 503.</summary>
    /// <exception cref="TokenResponseException">The answer, with its status.</exception>
    public async Task<bool> HandleResponseAsync(HandleUnsuccessfulResponseArgs args)
    {
        var status = args.Response.StatusCode;
        if (args.SupportsRetry && (status is HttpStatusCode.Unauthorized or HttpStatusCode.ServiceUnavailable)) return false;
        var body = await args.Response.Content.ReadAsStringAsync(args.CancellationToken).ConfigureAwait(false);
        throw new TokenResponseException(new TokenErrorResponse { Error = $"{(int)status} {status}", ErrorDescription = Words(body), ErrorUri = "" }, status);
    }

    private static string Words(string body)
    {
        try
        {
            if (JsonNode.Parse(body)?["error"]?["message"]?.GetValue<string>() is { } message) return message;
        }
        catch (Exception error) when (error is System.Text.Json.JsonException or InvalidOperationException)
        {
            // A proxy on the way may answer with a page instead.
        }
        return body.Length > MaximumWords ? body[..MaximumWords] : body;
    }
}
