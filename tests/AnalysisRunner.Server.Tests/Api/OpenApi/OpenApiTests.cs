using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Amazon;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Record;
using AnalysisRunner.Server.Tests.Runs;
using AnalysisRunner.Storage.TestServers.Faults;
using AnalysisRunner.Storage.TestServers.Gcs;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AnalysisRunner.Server.Tests.Api.OpenApi;

/// <summary>The description of the API and the API are the same.</summary>
public sealed partial class OpenApiTests
{
    // Nobody listens there.
    private const string NoRegistry = "127.0.0.1:1/";

    private const string Approved =
        """
        [datasets.ds3]
        repositories = ["demo"]
        members = ["alice@example.org", "bob@example.org"]
        levels = ["full"]
        unenforced = true
        [datasets.ds3.full]
        approval = true
        members = ["alice@example.org", "bob@example.org"]

        """;

    private const string OneAccount = "one@project.iam.gserviceaccount.com";

    private const string Absent = "a0000000-0000-4000-8000-000000000000";

    [GitFact]
    public async Task Every_route_that_programs_use_is_described_and_nothing_else_is()
    {
        await using var server = await TestServer.StartAsync();
        var document = await DescriptionAsync(server.Url);
        var described = new DescribedApi(document).Operations.Select(one => $"{one.Method} {one.Route}");

        var mapped = server.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} {endpoint.RoutePattern.RawText}"))
            .Where(route => !Page().IsMatch(route));

        described.ShouldBe(mapped, ignoreOrder: true);
        document["openapi"]!.GetValue<string>().ShouldStartWith("3.1");
        foreach (Match reference in Reference().Matches(document.ToJsonString())) document["components"]!["schemas"]![reference.Groups[1].Value].ShouldNotBeNull(reference.Value);
    }

    [GitFact]
    public async Task What_is_described_is_answered_and_what_is_answered_is_described()
    {
        await using var google = await GoogleAccounts.StartAsync(OneAccount);
        await using var server = await TestServer.StartAsync(TestServer.DefaultDatasets + Approved, more: "administrators = [\"bob@example.org\"]", prepare: server =>
        {
            server.SecurityTokens = () => new OneRole();
            server.Images = $"driver_image = \"{TestServer.DriverImage}\"\nimage_prefixes = [\"{NoRegistry}\"]";
            server.Use(google);
        });
        using var gate = new Gate(server.Repository.Root);
        var sha = server.PushScript($"mkdir -p \"$OUT\"; echo x > \"$OUT/x\"; echo started; cat '{gate.Path}'");
        var api = new DescribedApi(await DescriptionAsync(server.Url));
        using var anonymous = Client(api, server.Url, null);
        using var alice = Client(api, server.Url, server.Issuer.Token());
        using var bob = Client(api, server.Url, server.Issuer.Token("bob@example.org"));
        using var mallory = Client(api, server.Url, server.Issuer.Token("mallory@example.org"));

        await SubmitAsync(server, alice, sha);
        var arGuid = (await server.InvocationLog.ListUnfinishedAsync(TestRunner.Limit())).Single().Invocation.ArGuid;
        await foreach (var found in server.InvocationLog.FollowEventsAsync(arGuid, 0, TestRunner.Limit())) if (found.Type == "step" && found.Detail.StartsWith("run", StringComparison.Ordinal)) break;
        using var driver = Client(api, server.Url, (await File.ReadAllTextAsync(Path.Combine(server.State, "runs", arGuid, "token"))).Trim());
        await HandOverAsync(alice, driver);
        await ForbiddenToDriversAsync(driver, arGuid);
        gate.Open();
        await server.EndOfAsync(arGuid);

        await RepeatAsync(server, alice, arGuid, await AnotherAsync(server, sha));
        await ApproveAsync(server, alice, bob, sha);
        await LoseServerAsync(server, alice, bob);
        await TakeRoleAsync(api, server, alice);
        await ExchangeTokenAsync(anonymous, server, google);
        await ReadAsync(alice, mallory, arGuid);
        await ReplacedRoutesAsync(alice, mallory, sha);
        await WithoutTokenAsync(api, anonymous);
        await UnknownAsync(api, alice);
        await ShutDownAsync(api);

        api.Faults.ShouldBeEmpty();
        api.Unseen.ShouldBeEmpty();
    }

    private static async Task SubmitAsync(TestServer server, HttpClient alice, string sha)
    {
        var request = TestServer.Request(sha, "./run.sh") with
        {
            AccessLevel = "standard",
            OutputPrefix = "o",
            Environment = new Dictionary<string, string> { ["OUT"] = Path.Combine(server.State, "storage", "ds1-main", "default", "o") },
        };
        string Json(SubmissionRequest one) => JsonSerializer.Serialize(one, ContractsJson.Default.SubmissionRequest);
        await SendAsync(alice, "POST", "/api/v1/submissions", Json(request), "k");
        await SendAsync(alice, "POST", "/api/v1/submissions", Json(request with { Description = "another" }), "k");
        await SendAsync(alice, "POST", "/api/v1/submissions", Json(request));
        await SendAsync(alice, "POST", "/api/v1/submissions", Json(request with { Dataset = "none" }), "k2");
        await SendAsync(alice, "POST", "/api/v1/submissions", Json(request with { Dataset = "NO NAME" }), "k3");
        await SendAsync(alice, "POST", "/api/v1/submissions", new string(' ', 1024 * 1024) + "{}", "k4");
        await SendAsync(alice, "POST", "/api/v1/submissions", Json(request with { Image = NoRegistry + "a:1" }), "k5");
    }

    private static async Task HandOverAsync(HttpClient alice, HttpClient driver)
    {
        const string Batch = """{"key": "one", "name": "one", "jobs": [{"id": 1, "name": "job", "command": "echo job"}]}""";
        await SendAsync(driver, "POST", "/api/v1/batches", Batch);
        await SendAsync(driver, "POST", "/api/v1/batches", Batch.Replace("\"one\", \"name\"", "\"!\", \"name\"", StringComparison.Ordinal));
        await SendAsync(driver, "POST", "/api/v1/batches", "[]");
        await SendAsync(driver, "POST", "/api/v1/batches", $$"""{"key": "two", "name": "two", "jobs": [{"id": 1, "name": "job", "command": "true", "image": "{{NoRegistry}}a:1"}]}""");
        await SendAsync(alice, "POST", "/api/v1/batches", Batch);
    }

    private static async Task ForbiddenToDriversAsync(HttpClient driver, string arGuid)
    {
        foreach (var path in new[] { "invocations", "invocations/export?format=csv", $"invocations/{arGuid}/notifications", "datasets", "denials" }) await SendAsync(driver, "GET", "/api/v1/" + path);
        foreach (var path in new[] { "submissions", $"invocations/{arGuid}/cancel", $"invocations/{arGuid}/rerun", $"invocations/{arGuid}/approve", "sign-in-codes", "shutdown" }) await SendAsync(driver, "POST", "/api/v1/" + path, "{}", "k");
        foreach (var path in new[] { "/", "/config" }) await SendAsync(driver, "POST", path, "{}");
    }

    /// <summary>An invocation that was given no environment variables.</summary>
    private static async Task<string> AnotherAsync(TestServer server, string sha) =>
        (await server.RunAsync(TestServer.Request(sha, "bash", "-c", "true"))).ArGuid;

    private static async Task RepeatAsync(TestServer server, HttpClient alice, string arGuid, string plain)
    {
        var route = $"/api/v1/invocations/{plain}/rerun";
        await SendAsync(alice, "POST", route, "", "k10");
        await SendAsync(alice, "POST", route, "", "k");
        await SendAsync(alice, "POST", route, "[]", "k11");
        await SendAsync(alice, "POST", route, """{"dataset": "other"}""", "k12");
        await SendAsync(alice, "POST", route, new string(' ', 1024 * 1024) + "{}", "k13");
        await SendAsync(alice, "POST", $"/api/v1/invocations/{arGuid}/rerun", "", "k14");
        await SendAsync(alice, "POST", route, $$"""{"accessLevel": "standard", "image": "{{NoRegistry}}a:1"}""", "k15");
        foreach (var run in await server.InvocationLog.ListUnfinishedAsync(TestRunner.Limit())) await server.EndOfAsync(run.Invocation.ArGuid);
    }

    private static async Task ApproveAsync(TestServer server, HttpClient alice, HttpClient bob, string sha)
    {
        var waiting = await server.SubmitAsync(TestServer.Request(sha, "bash", "-c", "true") with { Dataset = "ds3", AccessLevel = "full" });
        var digest = (await server.InvocationLog.GetAsync(waiting.ArGuid, TestRunner.Limit()))!.Invocation.Approval!.Digest;
        var route = "/api/v1/invocations/" + waiting.ArGuid;
        await SendAsync(alice, "GET", route + "/approval");
        await SendAsync(alice, "POST", route + "/approve", $$"""{"digest": "{{digest}}"}""");
        await SendAsync(bob, "POST", route + "/approve", """{"digest": "0"}""");
        await SendAsync(bob, "POST", route + "/approve", "[]");
        await SendAsync(bob, "POST", route + "/approve", $$"""{"digest": "{{digest}}"}""");
        await server.EndOfAsync(waiting.ArGuid);
    }

    private static async Task LoseServerAsync(TestServer server, HttpClient alice, HttpClient administrator)
    {
        await server.InvocationLog.RecordAsync(Samples.Submission(1) with { ClaimedBy = "gone" }, TestRunner.Limit());
        var own = server.Server.Services.GetRequiredService<ServerIdentity>().Name;
        foreach (var caller in new[] { alice, administrator }) await SendAsync(caller, "GET", "/api/v1/servers");
        foreach (var name in new[] { "gone", own, "nothing" }) await SendAsync(administrator, "POST", $"/api/v1/servers/{name}/lost");
    }

    private static async Task TakeRoleAsync(DescribedApi api, TestServer server, HttpClient alice)
    {
        await SendAsync(alice, "GET", RoleVariables.Route);
        foreach (var (number, role) in new[] { (2, null), (3, OneRole.Arn), (4, "arn:aws:iam:::role/another") })
        {
            var (arGuid, token) = await server.RecordAsync(number, new JobIdentity { S3Role = role });
            using var driver = Client(api, server.Url, token);
            await SendAsync(driver, "GET", RoleVariables.Route);
            await server.InvocationLog.ChangeStateAsync(arGuid, new StateChange(InvocationState.Failed), TestRunner.Limit());
        }
    }

    private static async Task ExchangeTokenAsync(HttpClient anonymous, TestServer server, GoogleAccounts google)
    {
        google.Faults.Next(request => request.Contains(OneAccount, StringComparison.Ordinal), Fault.Before(500));
        foreach (var (number, account) in new[] { (5, OneAccount), (6, OneAccount), (7, "another@project.iam.gserviceaccount.com") })
        {
            var (arGuid, token) = await server.RecordAsync(number, new JobIdentity { GcsServiceAccount = account });
            foreach (var given in new[] { token, token + "x" })
            {
                using var answer = await anonymous.PostAsync(AccountVariables.Route, TokenExchangeTests.Form(arGuid, given), TestRunner.Limit());
            }
            await server.InvocationLog.ChangeStateAsync(arGuid, new StateChange(InvocationState.Failed), TestRunner.Limit());
        }
        await SendAsync(anonymous, "POST", AccountVariables.Route, "{}");
        using var large = new HttpRequestMessage(HttpMethod.Post, AccountVariables.Route) { Content = TokenExchangeTests.Form(Absent, new string('x', 100_000)) };
        large.Headers.ExpectContinue = true;
        using var refused = await anonymous.SendAsync(large, TestRunner.Limit());
    }

    private static async Task ReadAsync(HttpClient alice, HttpClient mallory, string arGuid)
    {
        var invocation = "/api/v1/invocations/" + arGuid;
        foreach (var path in new[]
        {
            "/api/v1/invocations?limit=1", "/api/v1/invocations?limit=0", "/api/v1/invocations/export?format=csv", "/api/v1/invocations/export?format=jsonl", "/api/v1/invocations/export",
            invocation, invocation + "/config", invocation + "/config?explain=true", invocation + "/config?explain=maybe", invocation + "/events", invocation + "/log", invocation + "/log?offset=x", invocation + "/log?attempt=1&offset=0&follow=true", invocation + "/log?attempt=x", invocation + "/log?attempt=2",
            invocation + "/outputs", invocation + "/outputs?limit=x", invocation + "/notifications",
            $"/api/v1/batches/{arGuid}.one", $"/api/v1/batches/{arGuid}.one/jobs", $"/api/v1/batches/{arGuid}.one/jobs?after=x", $"/api/v1/batches/{arGuid}.one/groups", $"/api/v1/batches/{arGuid}.one/jobs/1/attempts", $"/api/v1/batches/{arGuid}.one/jobs/x/attempts", $"/api/v1/batches/{arGuid}.one/jobs/1/log", $"/api/v1/batches/{arGuid}.one/jobs/1/log?offset=x", $"/api/v1/batches/{arGuid}.one/jobs/1/log?attempt=1&follow=true", $"/api/v1/batches/{arGuid}.one/jobs/1/log?attempt=0",
            "/api/v1/datasets", "/api/v1/denials", "/api/v1/denials?limit=x", "/api/v1/whoami", "/api/v1/version", "/healthz", "/readyz", "/metrics", "/openapi/v1.json", "/.well-known/oauth-protected-resource",
        })
        {
            await SendAsync(alice, "GET", path);
        }
        foreach (var path in new[] { "/api/v1/invocations", invocation, "/api/v1/datasets" }) await SendAsync(alice, "GET", path, header: ("If-None-Match", "*"));
        await SendAsync(alice, "GET", invocation + "/events", header: ("Last-Event-ID", "x"));
        await SendAsync(mallory, "GET", "/api/v1/denials");
        await SendAsync(alice, "POST", invocation + "/cancel");
        await SendAsync(alice, "POST", "/api/v1/sign-in-codes");
        await SendAsync(alice, "POST", "/api/v1/shutdown");
    }

    private static async Task ReplacedRoutesAsync(HttpClient alice, HttpClient mallory, string sha)
    {
        var body = $$"""{"dataset": "ds1", "output": "o", "accessLevel": "test", "description": "d", "script": ["bash", "-c", "true"], "repo": "demo", "commit": "{{sha}}", "wait": true}""";
        foreach (var path in new[] { "/", "/config" })
        {
            await SendAsync(alice, "POST", path, body);
            await SendAsync(alice, "POST", path, "{}");
            await SendAsync(mallory, "POST", path, body);
            await SendAsync(alice, "POST", path, new string(' ', 1024 * 1024) + "{}");
        }
    }

    private static async Task WithoutTokenAsync(DescribedApi api, HttpClient anonymous)
    {
        foreach (var (method, route, operation) in api.Operations.ToList())
        {
            if (operation["security"] is not null) await SendAsync(anonymous, method, Fill(route), method == "POST" ? "{}" : null, "k");
        }
    }

    private static async Task UnknownAsync(DescribedApi api, HttpClient alice)
    {
        foreach (var (method, route, operation) in api.Operations.ToList())
        {
            if (operation["responses"]!["404"] is not null) await SendAsync(alice, method, Fill(route), method == "POST" ? "{}" : null, "k");
        }
    }

    private static async Task ShutDownAsync(DescribedApi api)
    {
        using var repository = new UserRepository("tree");
        await using var runner = await LocalRunnerServer.StartAsync(new LocalRunnerOptions(Path.Combine(repository.Root, "runner")) { UserName = "alice" });
        using var gate = new Gate(repository.Root);
        using var owner = Client(api, new Uri(runner.File.Url), runner.File.Token);
        var sha = repository.Commit("run", "run.sh", $"#!/bin/bash\ncat '{gate.Path}'\n");
        var request = new SubmissionRequest { Dataset = "d", AccessLevel = "test", Description = "x", WorkTree = repository.Folder, Commit = sha, Script = ["./run.sh"] };
        await SendAsync(owner, "POST", "/api/v1/submissions", JsonSerializer.Serialize(request, ContractsJson.Default.SubmissionRequest), "k");
        await SendAsync(owner, "POST", "/api/v1/shutdown");
        var log = runner.Services.GetRequiredService<IInvocationLog>();
        gate.Open();
        foreach (var run in await log.ListUnfinishedAsync(TestRunner.Limit()))
        {
            await foreach (var _ in log.FollowEventsAsync(run.Invocation.ArGuid, 0, TestRunner.Limit()))
            {
            }
        }
        await SendAsync(owner, "POST", "/api/v1/shutdown?force=true");
        await runner.WaitForShutdownAsync();
    }

    private static string Fill(string route) => Parameter().Replace(route, match => match.Groups[1].Value == "job" ? "1" : Absent);

    private static async Task SendAsync(HttpClient http, string method, string path, string? body = null, string? key = null, (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        // What is too large is refused before it is sent.
        if (body?.Length > 1024 * 1024) request.Headers.ExpectContinue = true;
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (header is { } one) request.Headers.TryAddWithoutValidation(one.Name, one.Value);
        using var response = await http.SendAsync(request, TestRunner.Limit());
    }

    private static HttpClient Client(DescribedApi api, Uri url, string? token)
    {
        var http = new HttpClient(api, disposeHandler: false) { BaseAddress = url };
        if (token is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    private static async Task<JsonObject> DescriptionAsync(Uri url)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = url };
        return JsonNode.Parse(await http.GetStringAsync("/openapi/v1.json"))!.AsObject();
    }

    /// <summary>Gives one role and no other.</summary>
    private sealed class OneRole() : AmazonSecurityTokenServiceClient(new AnonymousAWSCredentials(), RegionEndpoint.USEast1)
    {
        public const string Arn = "arn:aws:iam:::role/one";

        public override Task<AssumeRoleResponse> AssumeRoleAsync(AssumeRoleRequest request, CancellationToken cancellationToken = default) => request.RoleArn == Arn
            ? Task.FromResult(new AssumeRoleResponse { Credentials = new Credentials { AccessKeyId = "ASIAOFTHETESTONLY0", SecretAccessKey = "secret", SessionToken = "session", Expiration = DateTime.UtcNow.AddHours(1) } })
            : throw new AmazonSecurityTokenServiceException("not yours");
    }

    [GeneratedRegex(@"^\w+ /(invocations|batches|datasets|denials|sign-in|sign-out|signed-out|[\w.-]+\.(css|js|svg|ico|png))|^GET /$")]
    private static partial Regex Page();

    [GeneratedRegex("\"#/components/schemas/([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex(@"\{(\w+)}")]
    private static partial Regex Parameter();
}
