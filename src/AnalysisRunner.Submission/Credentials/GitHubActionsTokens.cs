using System.Net.Http.Headers;

namespace AnalysisRunner.Submission.Credentials;

/// <summary>Identity tokens of a GitHub Actions job that has <c>permissions: id-token: write</c>.</summary>
/// <param name="environment">Reads an environment variable.</param>
internal sealed class GitHubActionsTokens(Func<string, string?> environment)
{
    private const string Provider = "GitHub Actions";
    private const string Remedy = "Check that the job has 'permissions: id-token: write', or set " + RunnerCredentials.Variable + ".";

    /// <summary>Whether this is such a job.</summary>
    public bool IsAvailable => environment("ACTIONS_ID_TOKEN_REQUEST_URL") is { Length: > 0 } && environment("ACTIONS_ID_TOKEN_REQUEST_TOKEN") is { Length: > 0 };

    /// <summary>Asks for a token for an audience.</summary>
    public async Task<string> AskAsync(string audience, CancellationToken cancellation)
    {
        var url = environment("ACTIONS_ID_TOKEN_REQUEST_URL")!;
        var address = url + (url.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "audience=" + Uri.EscapeDataString(audience);
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri)) throw TokenRequest.Failed(Provider, "has no https address", Remedy);
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", environment("ACTIONS_ID_TOKEN_REQUEST_TOKEN"));
        return await TokenRequest.SendAsync(Provider, request, "value", Remedy, cancellation).ConfigureAwait(false);
    }
}
