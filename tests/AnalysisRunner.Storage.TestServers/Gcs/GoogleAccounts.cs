using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using AnalysisRunner.Storage.TestServers.Faults;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;
using Microsoft.AspNetCore.Http;
using IHttpClientFactory = Google.Apis.Http.IHttpClientFactory;

namespace AnalysisRunner.Storage.TestServers.Gcs;

/// <summary>
/// Google's token service and IAM Credentials API, as far as one account acts as others: it signs for its own token, and gets by that the tokens of the accounts that it may
/// impersonate. Written from the documentation: https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken.
/// </summary>
public sealed class GoogleAccounts : IAsyncDisposable
{
    private const string Own = "robot@project.iam.gserviceaccount.com";
    private const string OwnToken = "of-the-robot";

    private readonly LoopbackServer _server;
    private readonly ConcurrentQueue<(string Account, string Request)> _asked;

    private GoogleAccounts(LoopbackServer server, ConcurrentQueue<(string, string)> asked)
    {
        _server = server;
        _asked = asked;
        Clients = new Rerouted(server.Endpoint);
    }

    public FaultPlan Faults => _server.Faults;

    /// <summary>What asks this server in place of Google's.</summary>
    public IHttpClientFactory Clients { get; }

    /// <summary>The accounts whose tokens were asked for, each with the request's body, in this order.</summary>
    public IReadOnlyList<(string Account, string Request)> Asked => [.. _asked];

    /// <param name="impersonated">The accounts that may be impersonated.</param>
    public static async Task<GoogleAccounts> StartAsync(params string[] impersonated)
    {
        var asked = new ConcurrentQueue<(string, string)>();
        return new GoogleAccounts(await LoopbackServer.StartAsync(context => AnswerAsync(context, impersonated, asked)), asked);
    }

    /// <summary>The credentials of the account that acts as others, by a key file.</summary>
    public Task<GoogleCredential> OwnAsync() => SignInAsync(new Uri(_server.Endpoint, "token"));

    /// <summary>The credentials of an account with a new key.</summary>
    /// <param name="tokens">Where it gets its tokens.</param>
    public static async Task<GoogleCredential> SignInAsync(Uri tokens)
    {
        using var key = RSA.Create(2048);
        var file = Path.Combine(Path.GetTempPath(), $"account-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["type"] = "service_account",
            ["project_id"] = "project",
            ["private_key_id"] = "1",
            ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
            ["client_email"] = Own,
            ["client_id"] = "1",
            ["token_uri"] = tokens.ToString(),
        }));
        try
        {
            return (await CredentialFactory.FromFileAsync<ServiceAccountCredential>(file, CancellationToken.None)).ToGoogleCredential();
        }
        finally
        {
            File.Delete(file);
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context, string[] impersonated, ConcurrentQueue<(string, string)> asked)
    {
        const string Before = "/v1/projects/-/serviceAccounts/", After = ":generateAccessToken";
        var path = context.Request.Path.Value!;
        if (path == "/token")
        {
            await WriteAsync(context, 200, new JsonObject { ["access_token"] = OwnToken, ["expires_in"] = 3600, ["token_type"] = "Bearer" });
            return;
        }
        var account = path[Before.Length..^After.Length];
        using var body = new StreamReader(context.Request.Body);
        asked.Enqueue((account, await body.ReadToEndAsync()));
        if (context.Request.Headers.Authorization != "Bearer " + OwnToken) await WriteAsync(context, 401, Error(401, "Request had invalid authentication credentials.", "UNAUTHENTICATED"));
        else if (!impersonated.Contains(account)) await WriteAsync(context, 403, Error(403, "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).", "PERMISSION_DENIED"));
        else await WriteAsync(context, 200, new JsonObject { ["accessToken"] = $"of-{account}-{asked.Count}", ["expireTime"] = DateTime.UtcNow.AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture) });
    }

    private static JsonObject Error(int code, string message, string status) => new() { ["error"] = new JsonObject { ["code"] = code, ["message"] = message, ["status"] = status } };

    private static Task WriteAsync(HttpContext context, int status, JsonObject answer)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(answer.ToJsonString());
    }

    private sealed class Rerouted(Uri server) : HttpClientFactory
    {
        protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => new Handler(server) { InnerHandler = new HttpClientHandler { UseProxy = false } };

        private sealed class Handler(Uri server) : DelegatingHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                request.RequestUri = new Uri(server, request.RequestUri!.PathAndQuery);
                return base.SendAsync(request, cancellationToken);
            }
        }
    }
}
