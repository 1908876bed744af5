using System.Net;
using System.Net.Http.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Pages;
using AnalysisRunner.Server.Tests.Record;

namespace AnalysisRunner.Server.Tests.Security;

public sealed class SecurityTests : IAsyncLifetime
{
    private TestRunner _runner = null!;

    public async Task InitializeAsync() => _runner = await TestRunner.StartAsync();

    public async Task DisposeAsync() => await _runner.DisposeAsync();

    [GitTheory]
    [InlineData(null, PolicyCodes.TokenMissing)]
    [InlineData("Basic abc", PolicyCodes.TokenMissing)]
    [InlineData("Bearer wrong", PolicyCodes.TokenInvalid)]
    [InlineData("Bearer arj_a0000000-0000-4000-8000-000000000000_x", PolicyCodes.TokenInvalid)]
    [InlineData("Bearer arj_../../../../../../../../../../etc/passw_x", PolicyCodes.TokenInvalid)]
    public async Task Every_api_route_wants_a_valid_token(string? authorization, string code)
    {
        using var http = _runner.Http();
        if (authorization is not null) http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        foreach (var path in new[] { "version", "invocations", "invocations/x", "invocations/x/events", "invocations/x/log", "invocations/x/config", "batches/x", "batches/x/jobs", "nothing" })
        {
            using var response = await http.GetAsync("/api/v1/" + path);
            response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, path);
            (await response.Content.ReadFromJsonAsync(ContractsJson.Default.ApiProblem))!.Code.ShouldBe(code);
        }
        foreach (var path in new[] { "submissions", "batches", "invocations/x/cancel", "sign-in-codes", "shutdown" })
        {
            using var response = await http.PostAsync("/api/v1/" + path, new StringContent("{}"));
            response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, path);
        }
    }

    [GitTheory]
    [InlineData("evil.example", null, "GET", PolicyCodes.BadHost)]
    [InlineData("127.0.0.1", null, "GET", PolicyCodes.BadHost)]
    [InlineData("127.0.0.1.evil.example:{port}", null, "GET", PolicyCodes.BadHost)]
    [InlineData("localhost:{port}", null, "GET", null)]
    [InlineData(null, "http://127.0.0.1:{port}", "GET", null)]
    [InlineData(null, "http://localhost:{port}", "GET", PolicyCodes.BadOrigin)]
    [InlineData(null, "https://evil.example", "GET", PolicyCodes.BadOrigin)]
    [InlineData(null, "null", "POST", PolicyCodes.BadOrigin)]
    [InlineData(null, "https://evil.example", "POST", PolicyCodes.BadOrigin)]
    public async Task Requests_for_other_hosts_and_from_other_sites_are_refused(string? host, string? origin, string method, string? code)
    {
        var port = _runner.Url.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        using var http = _runner.Http(_runner.Server.File.Token);
        using var request = new HttpRequestMessage(new HttpMethod(method), method == "POST" ? "/api/v1/sign-in-codes" : "/api/v1/version");
        if (host is not null) request.Headers.Host = host.Replace("{port}", port, StringComparison.Ordinal);
        if (origin is not null) request.Headers.Add("Origin", origin.Replace("{port}", port, StringComparison.Ordinal));

        using var response = await http.SendAsync(request);

        response.StatusCode.ShouldBe(code is null ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
        if (code is not null) (await response.Content.ReadFromJsonAsync(ContractsJson.Default.ApiProblem))!.Code.ShouldBe(code);
    }

    [GitFact]
    public async Task A_sign_in_code_opens_one_session_and_leaves_the_address()
    {
        using var http = _runner.Http();
        var link = new Uri((await _runner.Api.CreateSignInLinkAsync(TestRunner.Limit())).Url);

        using var first = await http.GetAsync(link.PathAndQuery);
        first.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        first.Headers.Location!.ToString().ShouldBe("/invocations");
        var cookie = first.Headers.GetValues("Set-Cookie").Single();
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=strict", Case.Insensitive);

        using var second = await http.GetAsync(link.PathAndQuery);
        second.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await second.Content.ReadAsStringAsync()).ShouldContain(PolicyCodes.CodeSpent);

        (await http.GetAsync("/invocations")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        http.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        using var page = await http.GetAsync("/invocations");
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'none'");
        // A session is for pages; the API knows tokens only.
        (await http.GetAsync("/api/v1/invocations")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [GitFact]
    public async Task Pages_encode_what_others_wrote_and_cancel_only_from_themselves()
    {
        using var gate = new Runs.Gate(_runner.Repository.Root);
        const string hostile = "<script>alert(1)</script>\"'&";
        var accepted = await _runner.SubmitAsync(_runner.Script($"echo '<b>bold</b>'; cat '{gate.Path}'", "<i>") with { Description = hostile });
        await foreach (var found in _runner.Api.FollowEventsAsync(accepted.ArGuid, 0, TestRunner.Limit()))
        {
            if (found.Detail.StartsWith("run", StringComparison.Ordinal) && found.Type == "step") break;
        }
        using var http = _runner.Http();
        using var signedIn = await http.GetAsync(new Uri(accepted.SignInUrl!).PathAndQuery);
        http.DefaultRequestHeaders.Add("Cookie", signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);

        foreach (var path in new[] { "/invocations", $"/invocations/{accepted.ArGuid}", $"/batches/{accepted.ArGuid}" })
        {
            var page = await http.GetStringAsync(path);
            page.ShouldNotContain("<script>");
            page.ShouldNotContain("<i>");
            page.ShouldNotContain("<b>");
        }
        (await http.GetStringAsync($"/invocations/{accepted.ArGuid}")).ShouldContain("&lt;script&gt;alert(1)&lt;/script&gt;");
        using var log = await http.GetAsync($"/invocations/{accepted.ArGuid}/log");
        log.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
        log.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");

        using var without = await http.PostAsync($"/invocations/{accepted.ArGuid}/cancel", null);
        without.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await _runner.Api.GetInvocationAsync(accepted.ArGuid, TestRunner.Limit())).IsFinal.ShouldBeFalse();
        http.DefaultRequestHeaders.Add("Origin", _runner.Server.File.Url);
        using var guessed = await http.PostAsync($"/invocations/{accepted.ArGuid}/cancel", null);
        guessed.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var own = await PageForm.SendAsync(http, $"/invocations/{accepted.ArGuid}/cancel");
        own.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await _runner.EndOfAsync(accepted.ArGuid)).State.ShouldBe(InvocationState.Cancelled);
    }

    [GitFact]
    public async Task No_secret_gets_into_the_log_or_the_record()
    {
        var run = await _runner.RunAsync(_runner.Script("true") with { Environment = new Dictionary<string, string> { ["KEY"] = "s3cr3t-value" } });
        var link = await _runner.Api.CreateSignInLinkAsync(TestRunner.Limit());

        var log = await ReadSharedAsync(Path.Combine(_runner.State, "runner.log"));
        log.ShouldNotContain(_runner.Server.File.Token);
        log.ShouldNotContain(link.Url.Split('=')[1]);
        log.ShouldNotContain("s3cr3t-value");
        foreach (var file in Directory.EnumerateFiles(_runner.State, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) is "server.lock" or "lock") continue;
            (await ReadSharedAsync(file)).ShouldNotContain("s3cr3t-value", Case.Sensitive, file);
        }
        run.State.ShouldBe(InvocationState.Succeeded);
    }

    [Fact]
    public void Codes_and_sessions_expire()
    {
        var time = new SettableTime();
        var signIn = new SignIn(time);
        var alice = new Caller("alice");
        var (late, expiresAt) = signIn.NewCode(alice);
        expiresAt.ShouldBe(time.GetUtcNow().AddMinutes(10));
        time.Advance(TimeSpan.FromMinutes(10));
        signIn.Redeem(late).ShouldBeNull();

        var session = signIn.Redeem(signIn.NewCode(alice).Code);
        signIn.Find(session).ShouldBe(alice);
        signIn.Find("other").ShouldBeNull();
        time.Advance(SignIn.SessionLifetime);
        signIn.Find(session).ShouldBeNull();
    }

    [Fact]
    public void An_ar_guid_is_a_lower_case_uuid_that_starts_with_a_letter()
    {
        foreach (var text in Enumerable.Range(0, 200).Select(_ => RandomText.ArGuid())) RandomText.IsArGuid(text).ShouldBeTrue(text);
        RandomText.IsArGuid("00000000-0000-4000-8000-000000000000").ShouldBeFalse();
        RandomText.IsArGuid("../../../../../../../../../../etc/pass").ShouldBeFalse();
    }

    private static async Task<string> ReadSharedAsync(string path)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }
}
