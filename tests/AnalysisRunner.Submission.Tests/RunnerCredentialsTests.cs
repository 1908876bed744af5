using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Credentials;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AnalysisRunner.Submission.Tests;

public sealed class RunnerCredentialsTests : IDisposable
{
    private static readonly Uri Server = new("https://Runner.example.org/base/");
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task The_environment_comes_first() => (await TokenAsync(new RunnerCredentials(_ => "from environment", Store("{}")))).ShouldBe("from environment");

    [Fact]
    public async Task The_file_names_servers_by_their_address() =>
        (await TokenAsync(new RunnerCredentials(_ => null, Store("""{"https://other.example.org": "a", "https://runner.example.org/base": "b"}""")))).ShouldBe("b");

    [Theory]
    [InlineData("""{"https://runner.example.org": "another path"}""")]
    [InlineData("""{"http://runner.example.org/base": "another scheme"}""")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"https://runner.example.org/base\": s3cret")]
    public void Says_what_is_missing_without_quoting_the_file(string json)
    {
        var problem = Should.Throw<AnalysisRunnerException>(() => new RunnerCredentials(_ => null, Store(json)).TokensFor(Server)).Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe(BuildCodes.NoCredentials);
        problem.Message.ShouldNotContain("s3cret");
    }

    [Fact]
    public void Works_without_a_file() =>
        Should.Throw<AnalysisRunnerException>(() => new RunnerCredentials(_ => null, _folder["none.json"]).TokensFor(Server)).Message.ShouldContain(RunnerCredentials.Variable);

    [PosixFact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Refuses_a_file_that_others_can_read()
    {
        var file = Store("""{"https://runner.example.org/base": "b"}""");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Should.Throw<AnalysisRunnerException>(() => new RunnerCredentials(_ => null, file).TokensFor(Server)).Message.ShouldContain("chmod 600");
    }

    [Fact]
    public async Task A_GitHub_Actions_job_asks_for_a_token_for_this_server_and_again_before_it_expires()
    {
        var asked = new List<string>();
        using var provider = new TokenProvider(request =>
        {
            asked.Add($"{request.Authorization} {request.PathAndQuery}");
            return $$"""{"count": 1, "value": "{{Jwt(asked.Count == 1 ? 30 : 3600)}}"}""";
        });
        var variables = new Dictionary<string, string> { ["ACTIONS_ID_TOKEN_REQUEST_URL"] = provider.Url + "?api-version=2", ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "job secret" };
        var tokens = new RunnerCredentials(variables.GetValueOrDefault, _folder["none.json"]).TokensFor(Server);

        for (var i = 0; i < 4; i++) (await tokens(default)).ShouldNotBeNull().ShouldContain(".");

        asked.Count.ShouldBe(2, "the first one was about to expire, the second one holds");
        asked[0].ShouldBe("Bearer job secret /token?api-version=2&audience=https%3A%2F%2Frunner.example.org%2Fbase");
        variables[RunnerCredentials.AudienceVariable] = "our servers";
        await new RunnerCredentials(variables.GetValueOrDefault, _folder["none.json"]).TokensFor(Server)(default);
        asked[2].ShouldEndWith("audience=our%20servers");
    }

    [Fact]
    public async Task A_Google_service_account_signs_for_a_token_for_this_server()
    {
        using var key = RSA.Create(2048);
        string? form = null;
        using var provider = new TokenProvider(request =>
        {
            form = request.Body;
            return $$"""{"id_token": "{{Jwt(3600)}}"}""";
        });
        var account = new Dictionary<string, string>
        {
            ["type"] = "service_account",
            ["client_email"] = "runner@example.iam",
            ["token_uri"] = provider.Url,
            ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
        };
        var variables = new Dictionary<string, string> { ["GOOGLE_APPLICATION_CREDENTIALS"] = _folder.Write("account.json", JsonSerializer.Serialize(account)) };
        (await new RunnerCredentials(variables.GetValueOrDefault, _folder["none.json"]).TokensFor(Server)(default)).ShouldNotBeNull();

        var fields = form!.Split('&').Select(field => field.Split('=')).ToDictionary(field => field[0], field => Uri.UnescapeDataString(field[1]));
        fields["grant_type"].ShouldBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
        var parts = fields["assertion"].Split('.');
        key.VerifyData(Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).ShouldBeTrue();
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        claims.RootElement.GetProperty("target_audience").GetString().ShouldBe("https://runner.example.org/base");
        claims.RootElement.GetProperty("aud").GetString().ShouldBe(provider.Url);
    }

    [Fact]
    public async Task A_Google_user_who_has_signed_in_exchanges_the_refresh_token()
    {
        var forms = new List<string>();
        using var provider = new TokenProvider(request =>
        {
            forms.Add(request.Body);
            return $$"""{"access_token": "not this one", "id_token": "{{Jwt(3600)}}", "token_type": "Bearer"}""";
        });
        var variables = new Dictionary<string, string> { ["GOOGLE_APPLICATION_CREDENTIALS"] = _folder.Write("user.json", User(provider.Url)) };
        var tokens = new RunnerCredentials(variables.GetValueOrDefault, _folder["none.json"]).TokensFor(Server);

        var token = await tokens(default);
        (await tokens(default)).ShouldBe(token, "one that holds is used again");

        token.ShouldNotBeNull().ShouldStartWith("e30.");
        forms.ShouldHaveSingleItem().Split('&').Order(StringComparer.Ordinal)
            .ShouldBe(["client_id=id.apps.example", "client_secret=not+secret", "grant_type=refresh_token", "refresh_token=1%2F%2Frefresh"]);
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, "{\"error\": \"invalid_grant\"}", "answered 400")]
    [InlineData(HttpStatusCode.OK, "{\"access_token\": \"s3cret\"}", "no 'id_token'")]
    [InlineData(HttpStatusCode.OK, "<html>s3cret</html>", "not the expected JSON")]
    public async Task Says_why_a_Google_user_gets_no_token_without_quoting_the_answer(HttpStatusCode status, string answer, string what)
    {
        using var provider = new TokenProvider(_ => answer, status);
        var variables = new Dictionary<string, string> { ["GOOGLE_APPLICATION_CREDENTIALS"] = _folder.Write("user.json", User(provider.Url)) };
        var tokens = new RunnerCredentials(variables.GetValueOrDefault, _folder["none.json"]).TokensFor(Server);

        var problem = (await Should.ThrowAsync<AnalysisRunnerException>(async () => await tokens(default))).Problems.ShouldHaveSingleItem();

        problem.Code.ShouldBe(BuildCodes.TokenProviderFailed);
        problem.Message.ShouldContain(what);
        problem.Message.ShouldNotContain("s3cret");
        problem.Message.ShouldNotContain("refresh");
    }

    [Theory]
    [InlineData("""{"type": "authorized_user", "client_id": "a", "client_secret": "b"}""", "'refresh_token'")]
    [InlineData("""{"type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "s3cret", "token_uri": "http://example.org"}""", "no https address")]
    [InlineData("""{"type": "external_account"}""", "'external_account'")]
    [InlineData("""{"type": "service_account"}""", "'token_uri'")]
    [InlineData("""{"type": "service_account", "token_uri": "http://example.org", "client_email": "a", "private_key": "s3cret"}""", "private key")]
    [InlineData("s3cret", "cannot be read")]
    public async Task Says_what_is_wrong_with_Google_credentials_without_quoting_them(string json, string what)
    {
        var variables = new Dictionary<string, string> { ["GOOGLE_APPLICATION_CREDENTIALS"] = _folder.Write("account.json", json) };
        var tokens = new RunnerCredentials(variables.GetValueOrDefault, _folder["none.json"]).TokensFor(Server);
        var problem = (await Should.ThrowAsync<AnalysisRunnerException>(async () => await tokens(default))).Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe(BuildCodes.TokenProviderFailed);
        problem.Message.ShouldContain(what);
        problem.Message.ShouldNotContain("s3cret");
    }

    [Theory]
    [InlineData("http://example.org/token", "no https address")]
    [InlineData("https://127.0.0.1:1/token", "cannot be reached")]
    public async Task Says_why_a_provider_gives_no_token_and_sends_nothing_in_the_clear(string url, string what)
    {
        var variables = new Dictionary<string, string> { ["ACTIONS_ID_TOKEN_REQUEST_URL"] = url, ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "s3cret" };
        var tokens = new RunnerCredentials(variables.GetValueOrDefault, _folder["none.json"]).TokensFor(Server);
        var problem = (await Should.ThrowAsync<AnalysisRunnerException>(async () => await tokens(default))).Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe(BuildCodes.TokenProviderFailed);
        problem.Message.ShouldContain(what);
        problem.Message.ShouldNotContain("s3cret");
    }

    [Fact]
    public void Tells_a_GitHub_Actions_job_without_the_permission_what_it_lacks() =>
        Should.Throw<AnalysisRunnerException>(() => new RunnerCredentials(name => name == "GITHUB_ACTIONS" ? "true" : null, _folder["none.json"]).TokensFor(Server))
            .Message.ShouldContain("id-token: write");

    public void Dispose() => _folder.Dispose();

    private static string User(string tokenUri) => JsonSerializer.Serialize(new Dictionary<string, string>
    {
        ["type"] = "authorized_user",
        ["client_id"] = "id.apps.example",
        ["client_secret"] = "not secret",
        ["refresh_token"] = "1//refresh",
        ["token_uri"] = tokenUri,
    });

    private static async Task<string?> TokenAsync(RunnerCredentials credentials) => await credentials.TokensFor(Server)(default);

    private static string Jwt(int seconds) =>
        $"e30.{Base64Url.EncodeToString(Encoding.ASCII.GetBytes($$"""{"exp": {{DateTimeOffset.UtcNow.ToUnixTimeSeconds() + seconds}}}"""))}.c2ln";

    private string Store(string json)
    {
        var file = _folder.Write("credentials.json", json);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}

/// <summary>What a provider of tokens was asked.</summary>
internal sealed record TokenQuestion(string? Authorization, string PathAndQuery, string Body);

/// <summary>A provider of identity tokens on this machine.</summary>
internal sealed class TokenProvider : IDisposable
{
    private readonly WebApplication _server;

    public TokenProvider(Func<TokenQuestion, string> answer, HttpStatusCode status = HttpStatusCode.OK)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var question = new TokenQuestion(
                context.Request.Headers.Authorization.FirstOrDefault(), context.Request.Path + context.Request.QueryString, await reader.ReadToEndAsync());
            context.Response.StatusCode = (int)status;
            await context.Response.WriteAsync(answer(question));
        });
        _server.Start();
        Url = _server.Urls.Single() + "/token";
    }

    public string Url { get; }

    public void Dispose() => _server.DisposeAsync().AsTask().Wait();
}
