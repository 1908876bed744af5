using System.Text.Json;
using AnalysisRunner.Storage.Gcs;
using AnalysisRunner.Storage.TestServers;
using AnalysisRunner.Storage.TestServers.Gcs;
using Google.Apis.Auth.OAuth2;
using Microsoft.AspNetCore.Http;
using IHttpClientFactory = Google.Apis.Http.IHttpClientFactory;

namespace AnalysisRunner.Storage.Tests.Gcs;

/// <summary>The kinds of credentials that Google's library finds, each against a server that gives out its tokens.</summary>
public sealed class GcsIdentityTests
{
    private const string Target = "target@project.iam.gserviceaccount.com";

    private static readonly StoragePath X = StoragePath.Parse("gs://bucket/x");

    [Fact]
    public async Task A_service_account_signs_for_its_token()
    {
        await using var tokens = await TokensAsync(200, """{"access_token": "of-the-account", "expires_in": 3600, "token_type": "Bearer"}""");
        await EnsureTokenAsync(await GoogleAccounts.SignInAsync(new Uri(tokens.Endpoint, "token")), "of-the-account");

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
        await using var store = new GcsStore(new GcsStoreOptions { Endpoint = google.Endpoint, Credentials = await GoogleAccounts.SignInAsync(new Uri(tokens.Endpoint, "token")) });

        var refused = await store.FindAsync(X).RefusedAsync(StorageErrorKind.Denied, StorageCodes.BadCredentials);

        refused.Message.ShouldStartWith("AR7019: Google gives no token for \"gs://bucket/x\" to the service account \"robot@project.iam.gserviceaccount.com\" (\"");
        refused.Message.ShouldContain("Invalid JWT Signature.");
        refused.Message.ShouldContain("check the key file that GOOGLE_APPLICATION_CREDENTIALS names");
        google.Faults.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_account_acts_as_another_that_it_may_impersonate()
    {
        await using var accounts = await GoogleAccounts.StartAsync(Target);
        await using var google = await GcsTestServer.StartAsync();
        google.Buckets.Create("bucket");
        await using var store = new GcsStore(new GcsStoreOptions { Endpoint = google.Endpoint, Credentials = await accounts.OwnAsync(), Impersonate = Target, TokenClients = accounts.Clients });

        await store.PutAsync(X, "x");

        google.Faults.Headers.ShouldAllBe(headers => headers.Authorization.ToString() == $"Bearer of-{Target}-1");
        accounts.Asked.ShouldHaveSingleItem().Account.ShouldBe(Target);
    }

    [Fact]
    public async Task An_account_that_may_not_impersonate_is_told_in_one_line()
    {
        await using var accounts = await GoogleAccounts.StartAsync();
        await using var google = await GcsTestServer.StartAsync();
        var refused = await FindAsAsync(google, await accounts.OwnAsync(), accounts.Clients);
        refused.Message.ShouldContain($"the impersonated service account \"{Target}\"");
        refused.Message.ShouldContain("403 Forbidden");
        refused.Message.ShouldContain("Permission 'iam.serviceAccounts.getAccessToken' denied");
        refused.Message.ShouldContain("roles/iam.serviceAccountTokenCreator");

        refused = await FindAsAsync(google, GoogleCredential.FromAccessToken("token"), null);
        refused.Message.ShouldContain($"cannot act as \"{Target}\"");
        google.Faults.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_external_account_exchanges_the_token_of_its_file()
    {
        var answer = """{"access_token": "exchanged", "issued_token_type": "urn:ietf:params:oauth:token-type:access_token", "token_type": "Bearer", "expires_in": 3600}""";
        using var folder = new TemporaryFolder();
        var (file, token) = (folder["credentials.json"], folder["token"]);
        await using var tokens = await TokensAsync(200, answer);
        await File.WriteAllTextAsync(token, "of-the-run");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["type"] = "external_account",
            ["audience"] = "//analysis-runner/invocations/x",
            ["subject_token_type"] = "urn:ietf:params:oauth:token-type:access_token",
            ["token_url"] = new Uri(tokens.Endpoint, "oauth2/token"),
            ["credential_source"] = new Dictionary<string, string> { ["file"] = token },
        }));
        async Task<GoogleCredential> CredentialsAsync() => (await CredentialFactory.FromFileAsync<FileSourcedExternalAccountCredential>(file, CancellationToken.None)).ToGoogleCredential();
        await EnsureTokenAsync(await CredentialsAsync(), "exchanged");
        tokens.Faults.Requests.ShouldHaveSingleItem().ShouldStartWith("POST /oauth2/token");

        File.Delete(token);
        await using var google = await GcsTestServer.StartAsync();
        await using var store = new GcsStore(new GcsStoreOptions { Endpoint = google.Endpoint, Credentials = await CredentialsAsync() });
        (await store.FindAsync(X).RefusedAsync(StorageErrorKind.Denied, StorageCodes.BadCredentials)).Message.ShouldStartWith("AR7019: Google gives no token for \"gs://bucket/x\"");
    }

    private static async Task<StorageException> FindAsAsync(GcsTestServer google, GoogleCredential credentials, IHttpClientFactory? tokens)
    {
        await using var store = new GcsStore(
            new GcsStoreOptions { Endpoint = google.Endpoint, Credentials = credentials, Impersonate = Target, TokenClients = tokens });
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
}
