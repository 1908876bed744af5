using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Images;

/// <summary>Asks registries, by their HTTP API v2 (OCI Distribution), which manifest a tag stands for.</summary>
/// <param name="http">Reaches them; follows no redirects.</param>
internal sealed class ImageRegistries(HttpMessageInvoker http)
{
    private const string DigestHeader = "Docker-Content-Digest";
    private const int MaximumAnswer = 4 * 1024 * 1024;

    // What a registry is not told that the client knows, it may refuse or convert, and then the digest is another one.
    private static readonly string[] Manifests =
    [
        "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json",
    ];

    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    /// <summary>The digest of the manifest that the name means now; for an image of several platforms, of their list.</summary>
    /// <param name="image">The image.</param>
    /// <param name="credentials">The file of the registries' users; null where all are read without.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR6068</c> the registry cannot be asked or does not say; <c>AR6069</c> it has no such image.</exception>
    public async Task<string> FindDigestAsync(ImageReference image, string? credentials)
    {
        using var limit = new CancellationTokenSource(TimeLimit);
        try
        {
            var user = credentials is null ? null : RegistryCredentials.Find(credentials, image.Registry);
            AuthenticationHeaderValue? authorization = null;
            var response = await AskAsync(HttpMethod.Head, image, authorization, limit.Token);
            try
            {
                if (response.StatusCode == HttpStatusCode.Unauthorized && await AuthorizeAsync(response.Headers.WwwAuthenticate, image, user, limit.Token) is { } allowed)
                {
                    authorization = allowed;
                    response.Dispose();
                    response = await AskAsync(HttpMethod.Head, image, authorization, limit.Token);
                }
                if (response.StatusCode == HttpStatusCode.OK && response.Headers.TryGetValues(DigestHeader, out var digests) && digests.First() is var digest && ImageReference.IsDigest(digest)) return digest;
                // The header is the registry's choice; the digest is that of the bytes anyway.
                if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.MethodNotAllowed) return await HashAsync(image, authorization, limit.Token);
                throw Refused(image, response.StatusCode, user is not null);
            }
            finally
            {
                response.Dispose();
            }
        }
        catch (OperationCanceledException late) when (limit.IsCancellationRequested)
        {
            throw Unreachable(image, $"it has not answered within {TimeLimit.TotalSeconds:0} s", late);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            throw Unreachable(image, e.Message.TrimEnd('.'), e);
        }
    }

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, ImageReference image, AuthenticationHeaderValue? authorization, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, image.Manifest) { Headers = { Authorization = authorization } };
        foreach (var type in Manifests) request.Headers.Accept.ParseAdd(type);
        return await http.SendAsync(request, cancellation);
    }

    /// <summary>What the registry wants to see; null when it wants nothing that the server has.</summary>
    private async Task<AuthenticationHeaderValue?> AuthorizeAsync(IEnumerable<AuthenticationHeaderValue> challenges, ImageReference image, AuthenticationHeaderValue? user, CancellationToken cancellation)
    {
        foreach (var challenge in challenges)
        {
            if (challenge.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) && user is not null) return user;
            if (RegistryChallenge.Read(challenge) is not { } found) continue;
            using var request = new HttpRequestMessage(HttpMethod.Get, found.TokenFor(image.Repository)) { Headers = { Authorization = user } };
            using var response = await http.SendAsync(request, cancellation);
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) throw Refused(image, response.StatusCode, user is not null);
            response.EnsureSuccessStatusCode();
            using var answer = JsonDocument.Parse(await ReadAsync(response, cancellation));
            foreach (var name in new[] { "token", "access_token" })
            {
                if (answer.RootElement.ValueKind == JsonValueKind.Object && answer.RootElement.TryGetProperty(name, out var token) && token.ValueKind == JsonValueKind.String)
                    return new AuthenticationHeaderValue("Bearer", token.GetString());
            }
            throw new JsonException($"'{found.Realm}' gave no token");
        }
        return null;
    }

    private async Task<string> HashAsync(ImageReference image, AuthenticationHeaderValue? authorization, CancellationToken cancellation)
    {
        using var response = await AskAsync(HttpMethod.Get, image, authorization, cancellation);
        if (response.StatusCode != HttpStatusCode.OK) throw Refused(image, response.StatusCode, authorization is not null);
        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(await ReadAsync(response, cancellation)));
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await response.Content.LoadIntoBufferAsync(MaximumAnswer, cancellation);
        return await response.Content.ReadAsByteArrayAsync(cancellation);
    }

    private static AnalysisRunnerException Refused(ImageReference image, HttpStatusCode status, bool hasUser) => status switch
    {
        HttpStatusCode.NotFound => Refusal(ImageCodes.NotFound, $"The registry '{image.Registry}' has no image {Quoted.Value($"{image.Name}:{image.Tag}")}; push it, or correct the name."),
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Refusal(
            ImageCodes.NotResolved,
            $"The registry '{image.Registry}' does not let the server read {Quoted.Value(image.Name)}{(hasUser ? " with the user of 'image_credentials'" : "")}: the image does not exist, or an administrator has to give the server a user there ('image_credentials' of [server])."),
        _ => Unreachable(image, $"it answered with status {(int)status}", null),
    };

    private static AnalysisRunnerException Unreachable(ImageReference image, string why, Exception? inner) => Refusal(
        ImageCodes.NotResolved,
        $"Which image {Quoted.Value($"{image.Name}:{image.Tag}")} means cannot be found out at the registry '{image.Registry}': {why}. Try again, or name the image by its digest ('{image.Name}@sha256:…').", inner);

    private static AnalysisRunnerException Refusal(string code, string message, Exception? inner = null) => new([new Problem(code, message, "image")], inner);
}
