using System.Net;
using System.Text.Json;
using AnalysisRunner.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AnalysisRunner.Cli.Tests;

/// <summary>Tokens are kept once a server has taken them, and told to nobody.</summary>
public sealed class SignInTests : IAsyncLifetime, IDisposable
{
    private const string Token = "s3cret-t0ken-of-the-test";

    private const string ToApprove = "{\"dataset\":\"fewgenomes\",\"script\":[\"./run.sh\"]}";

    private const string Invocation = """
        {"arGuid": "a1b2c3d4-0000-4000-8000-000000000001", "dataset": "fewgenomes", "accessLevel": "full", "namespace": "main", "description": "", "outputPrefix": "p", "outputPath": "/p",
         "submittedBy": "bob@example.org", "submittedAt": "2026-01-01T00:00:00+00:00", "commit": "", "workingDirectory": "", "script": [], "arguments": [], "environmentNames": [],
         "state": "accepted", "steps": [], "batches": [], "configPath": "", "url": "https://runner.example.org"}
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _approved = [];
    private readonly List<string> _listed = [];
    private WebApplication _server = null!;

    private string Url => _server.Urls.Single();

    private string CredentialsFile => _folder["configuration/analysis-runner/credentials.json"];

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.Run(context =>
        {
            if (context.Request.Path == "/api/v1/version")
                return context.Response.WriteAsync(JsonSerializer.Serialize(new ServerVersion(ServerVersion.ProductName, "1.0.0", ServerVersion.ApiLevel, Local: false), ContractsJson.Default.ServerVersion));
            if (context.Request.Headers.Authorization == "Bearer " + Token) return AnswerAsync(context);
            context.Response.StatusCode = 401;
            context.Response.ContentType = "application/problem+json";
            var problem = new ApiProblem { Type = "x", Title = "x", Status = 401, Code = "AR6102", Detail = "x", Problems = [new Problem("AR6102", "The token is not valid here.")] };
            return context.Response.WriteAsync(JsonSerializer.Serialize(problem, ContractsJson.Default.ApiProblem));
        });
        await _server.StartAsync();
    }

    [Fact]
    public async Task What_is_approved_is_what_was_shown()
    {
        (string, string)[] token = [("ANALYSIS_RUNNER_TOKEN", Token)];
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(ToApprove)));
        const string Guid = "a1b2c3d4-0000-4000-8000-000000000001";

        (await RunAsync("", token, "approve", Guid, "--server-url", Url)).ExitCode.ShouldBe(ExitCodes.Declined, "there is no terminal to ask on");
        (await RunAsync("", token, "approve", Guid, "--server-url", Url, "--yes", "--digest", new string('0', 64))).Error.ShouldContain("AR1072");
        _approved.ShouldBeEmpty();

        var approved = await RunAsync("", token, "approve", Guid, "--server-url", Url, "--yes", "--digest", digest);
        approved.ExitCode.ShouldBe(0, approved.Error);
        approved.Output.ShouldBe(ToApprove + "\n");
        _approved.ShouldHaveSingleItem().ShouldContain(digest);
    }

    [Fact]
    public async Task A_token_that_the_server_takes_is_kept_for_its_owner_only()
    {
        var refused = await RunAsync("another-token", "login", "--server-url", Url);
        refused.ExitCode.ShouldBe(ExitCodes.NoCredentials, refused.Error);
        refused.Error.ShouldContain("AR6102");
        File.Exists(CredentialsFile).ShouldBeFalse();
        (await RunAsync("", "whoami", "--server-url", Url)).Error.ShouldContain("AR1017");

        var kept = await RunAsync(Token + "\n", "login", "--server-url", Url + "/");
        kept.ExitCode.ShouldBe(0, kept.Error);
        (kept.Output + kept.Error).ShouldNotContain(Token);
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(CredentialsFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.GetFiles(Path.GetDirectoryName(CredentialsFile)!).ShouldHaveSingleItem();

        var known = await RunAsync("", "whoami", "--server-url", Url);
        known.ExitCode.ShouldBe(0, known.Error);
        known.Output.ShouldContain("ada@example.org");
        known.Output.ShouldNotContain(Token);

        (await RunAsync("", "login", "--server-url", Url, "--forget")).Error.ShouldContain("was removed");
        (await RunAsync("", "whoami", "--server-url", Url)).ExitCode.ShouldBe(ExitCodes.NoCredentials);
    }

    [Fact]
    public async Task Every_filter_of_a_list_reaches_the_server()
    {
        var listed = await RunAsync(
            "", [("ANALYSIS_RUNNER_TOKEN", Token)], "invocations", "--server-url", Url, "--dataset", "d", "--access-level", "test", "--user", "u@x", "--repository", "r", "--commit", "abcd", "--state", "failed",
            "--ar-guid", "a1b2", "--image", "i", "--batch", "b", "--progress", "failed", "--longer", "5m", "--shorter", "1h",
            "--from", "2026-01-01", "--before", "2026-02-01", "--sort", "-dataset", "-n", "7", "two", "words");
        listed.ShouldBe(new Outcome(0, "", "There is no such invocation.\n"));
        _listed.ShouldHaveSingleItem().ShouldBe("?dataset=d&level=test&user=u%40x&repository=r&commit=abcd&guid=a1b2&image=i&batch=b&progress=failed&longer=5m&shorter=1h&state=failed&from=2026-01-01&before=2026-02-01&text=two%20words&sort=-dataset&limit=7");
    }

    [Fact]
    public async Task The_usual_and_the_test_server_come_from_the_environment_and_a_named_one_wins()
    {
        var token = ("ANALYSIS_RUNNER_TOKEN", Token);
        (await RunAsync("", [token, ("ANALYSIS_RUNNER_URL", Url)], "invocations")).ExitCode.ShouldBe(0);
        (await RunAsync("", [token, ("ANALYSIS_RUNNER_URL", "http://127.0.0.1:1")], "invocations")).ExitCode.ShouldBe(ExitCodes.NotReachable);
        (await RunAsync("", [token, ("ANALYSIS_RUNNER_TEST_URL", Url)], "invocations", "--use-test-server")).ExitCode.ShouldBe(0);
        (await RunAsync("", [token, ("ANALYSIS_RUNNER_TEST_URL", "http://127.0.0.1:1")], "invocations", "--use-test-server", "--server-url", Url)).ExitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("AR1072", "")]
    [InlineData("AR1061", "x", true)]
    public async Task Says_what_it_cannot_keep(string code, string input, bool isLocal = false)
    {
        var outcome = await RunAsync(input, isLocal ? ["login"] : ["login", "--server-url", Url]);
        outcome.ExitCode.ShouldBe(ExitCodes.Usage, outcome.Error);
        outcome.Error.ShouldContain(code);
    }

    [Fact]
    public async Task A_file_of_tokens_that_is_none_is_not_written_over()
    {
        _folder.Write("configuration/analysis-runner/credentials.json", "s3cret, not JSON");
        var outcome = await RunAsync(Token, "login", "--server-url", Url);
        outcome.ExitCode.ShouldBe(ExitCodes.Failed, outcome.Error);
        outcome.Error.ShouldContain("AR1070");
        outcome.Error.ShouldNotContain("s3cret");
        File.ReadAllText(CredentialsFile).ShouldBe("s3cret, not JSON");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/api/v1/whoami")
        {
            await context.Response.WriteAsync(JsonSerializer.Serialize(new WhoAmI("ada@example.org", "user", ["fewgenomes"]), ContractsJson.Default.WhoAmI));
        }
        else if (context.Request.Path.Value!.EndsWith("/approval", StringComparison.Ordinal))
        {
            await context.Response.WriteAsync(ToApprove);
        }
        else if (context.Request.Path.Value!.EndsWith("/approve", StringComparison.Ordinal))
        {
            using var reader = new StreamReader(context.Request.Body);
            _approved.Add(await reader.ReadToEndAsync());
            await context.Response.WriteAsync(Invocation);
        }
        else
        {
            if (context.Request.Path == "/api/v1/invocations") _listed.Add(context.Request.QueryString.Value!);
            await context.Response.WriteAsync("[]");
        }
    }

    private Task<Outcome> RunAsync(string input, params string[] words) => RunAsync(input, [], words);

    private Task<Outcome> RunAsync(string input, (string Name, string Value)[] more, params string[] words)
    {
        var environment = new Dictionary<string, string> { ["XDG_CONFIG_HOME"] = _folder["configuration"], ["ANALYSIS_RUNNER_STATE"] = _folder["state"] };
        foreach (var (name, value) in more) environment[name] = value;
        return CliProcess.RunAsync(_folder.Path, environment, input, words);
    }
}
