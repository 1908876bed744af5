using System.Security.Cryptography;
using System.Text.Json;
using AnalysisRunner.Storage.Gcs;
using AnalysisRunner.Storage.TestServers;
using AnalysisRunner.Storage.TestServers.Gcs;
using Google.Apis.Auth.OAuth2;
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
}
