using System.Security.Cryptography;
using System.Text.Json;
using AnalysisRunner.Storage.Gcs;
using AnalysisRunner.Storage.TestServers;
using AnalysisRunner.Storage.TestServers.Gcs;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;
using Microsoft.AspNetCore.Http;

namespace AnalysisRunner.Storage.Tests.Gcs;

/// <summary>The kinds of credentials that Google's library finds, each against a server that gives out its tokens.</summary>
public sealed class GcsIdentityTests
{
    private static readonly StoragePath X = StoragePath.Parse("gs://bucket/x");

    [Fact]
    public async Task A_service_account_signs_for_its_token()
    {
        await using var tokens = await TokensAsync(200, """{"access_token": "of-the-account", "expires_in": 3600, "token_type": "Bearer"}""");
        await EnsureTokenAsync(await AccountAsync(tokens.Endpoint), "of-the-account");

        tokens.Faults.Requests.ShouldHaveSingleItem().ShouldStartWith("POST /token");
    }

    [Fact]
    public async Task A_machine_of_the_cloud_asks_its_metadata_server()
    {
        await using var metadata = await TokensAsync(200, """{"access_token": "of-the-machine", "expires_in": 3600, "token_type": "Bearer"}""");
        using var host = new EnvironmentVariable("GCE_METADATA_HOST", metadata.Endpoint.Authority);
        await EnsureTokenAsync(GoogleCredential.FromComputeCredential(), "of-the-machine");

        metadata.Faults.Requests.ShouldAllBe(request => request.StartsWith("GET /computeMetadata/v1/instance/service-accounts/default/token", StringComparison.Ordinal));
        metadata.Faults.Headers.First()["Metadata-Flavor"].ToString().ShouldBe("Google");
    }

    [Fact]
    public async Task An_account_that_gets_no_token_is_told_in_one_line()
    {
        await using var tokens = await TokensAsync(400, """{"error": "invalid_grant", "error_description": "Invalid JWT Signature."}""");
        await using var google = await GcsTestServer.StartAsync();
        await using var store = new GcsStore(new GcsStoreOptions { Endpoint = google.Endpoint, Credentials = await AccountAsync(tokens.Endpoint) });

        var refused = await store.FindAsync(X).RefusedAsync(StorageErrorKind.Denied, StorageCodes.BadCredentials);

        refused.Message.ShouldStartWith("AR7019: Google gives no token for \"gs://bucket/x\" to the service account \"robot@project.iam.gserviceaccount.com\" (\"");
        refused.Message.ShouldContain("Invalid JWT Signature.");
        refused.Message.ShouldContain("check the key file that GOOGLE_APPLICATION_CREDENTIALS names");
        google.Faults.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_account_acts_as_another_that_it_may_impersonate()
    {
        await using var tokens = await TokensAsync(200, """{"access_token": "of-the-account", "expires_in": 3600, "token_type": "Bearer"}""");
        await using var iam = await TokensAsync(200, $$"""{"accessToken": "of-the-target", "expireTime": "{{DateTime.UtcNow.AddHours(1):yyyy-MM-ddTHH:mm:ssZ}}"}""");
        await using var google = await GcsTestServer.StartAsync();
        google.Buckets.Create("bucket");
        await using var store = new GcsStore(new GcsStoreOptions
        {
            Endpoint = google.Endpoint,
            Credentials = await AccountAsync(tokens.Endpoint),
            Impersonate = "target@project.iam.gserviceaccount.com",
            TokenClients = new Rerouted(iam.Endpoint),
        });

        await store.PutAsync(X, "x");

        google.Faults.Headers.ShouldAllBe(headers => headers.Authorization.ToString() == "Bearer of-the-target");
        iam.Faults.Requests.ShouldHaveSingleItem().ShouldStartWith("POST /v1/projects/-/serviceAccounts/target@project.iam.gserviceaccount.com:generateAccessToken");
        iam.Faults.Headers.Single().Authorization.ToString().ShouldBe("Bearer of-the-account");
    }

    [Fact]
    public async Task An_account_that_may_not_impersonate_is_told_in_one_line()
    {
        await using var tokens = await TokensAsync(200, """{"access_token": "of-the-account", "expires_in": 3600, "token_type": "Bearer"}""");
        await using var iam = await TokensAsync(403, """{"error": {"code": 403, "message": "Permission 'iam.serviceAccounts.getAccessToken' denied", "status": "PERMISSION_DENIED"}}""");
        await using var google = await GcsTestServer.StartAsync();
        var refused = await FindAsAsync(google, await AccountAsync(tokens.Endpoint), new Rerouted(iam.Endpoint));
        refused.Message.ShouldContain("the impersonated service account \"target@project.iam.gserviceaccount.com\"");
        refused.Message.ShouldContain("roles/iam.serviceAccountTokenCreator");

        refused = await FindAsAsync(google, GoogleCredential.FromAccessToken("token"), null);
        refused.Message.ShouldContain("cannot act as \"target@project.iam.gserviceaccount.com\"");
        google.Faults.Requests.ShouldBeEmpty();
    }

    private static async Task<StorageException> FindAsAsync(GcsTestServer google, GoogleCredential credentials, Rerouted? tokens)
    {
        await using var store = new GcsStore(
            new GcsStoreOptions { Endpoint = google.Endpoint, Credentials = credentials, Impersonate = "target@project.iam.gserviceaccount.com", TokenClients = tokens });
        return await store.FindAsync(X).RefusedAsync(StorageErrorKind.Denied, StorageCodes.BadCredentials);
    }

    private static async Task EnsureTokenAsync(GoogleCredential credentials, string token)
    {
        await using var google = await GcsTestServer.StartAsync();
        google.Buckets.Create("bucket");
        await using var store = new GcsStore(new GcsStoreOptions { Endpoint = google.Endpoint, Credentials = credentials });

        await store.PutAsync(X, "x");
        (await store.TextAsync(X)).ShouldBe("x");

        google.Faults.Headers.ShouldAllBe(headers => headers.Authorization.ToString() == $"Bearer {token}");
    }

    private static Task<LoopbackServer> TokensAsync(int status, string answer) => LoopbackServer.StartAsync(async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers["Metadata-Flavor"] = "Google";
        await context.Response.WriteAsync(answer);
    });

    private static async Task<GoogleCredential> AccountAsync(Uri tokens)
    {
        using var key = RSA.Create(2048);
        var file = Path.Combine(Path.GetTempPath(), $"account-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["type"] = "service_account",
            ["project_id"] = "project",
            ["private_key_id"] = "1",
            ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
            ["client_email"] = "robot@project.iam.gserviceaccount.com",
            ["client_id"] = "1",
            ["token_uri"] = new Uri(tokens, "token").ToString(),
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

    /// <summary>Sends what is meant for Google's token service to a server of this test.</summary>
    private sealed class Rerouted(Uri server) : HttpClientFactory
    {
        protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => new Handler(server) { InnerHandler = new HttpClientHandler() };

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
