using System.Net;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Tests.Shared;

namespace AnalysisRunner.Server.Tests.Security.Oidc;

/// <summary>A browser's way to a real provider and back.</summary>
public sealed class BrowserSignInTests
{
    [OidcProviderFact]
    public async Task The_address_that_the_original_client_prints_opens_in_a_browser()
    {
        await using var provider = await OidcProvider.StartAsync();
        await using var server = await StartAsync(provider, "browser");
        var run = await server.RunAsync(TestServer.Request(server.PushScript("true"), "./run.sh"));
        using var browser = new Browser(server);

        var page = await browser.OpenAsync($"/batches/{run.ArGuid}/jobs/1", provider, "alice");

        page.Status.ShouldBe(HttpStatusCode.OK);
        page.Path.ShouldBe($"/invocations/{run.ArGuid}");
        page.Text.ShouldContain(run.ArGuid);
        var cookies = browser.Set.Where(cookie => !cookie.Contains("expires=Thu, 01 Jan 1970", StringComparison.OrdinalIgnoreCase)).ToList();
        cookies.Count.ShouldBe(2);
        cookies.ShouldAllBe(cookie => cookie.Contains("httponly", StringComparison.OrdinalIgnoreCase) && cookie.Contains("secure", StringComparison.OrdinalIgnoreCase) && cookie.Contains("samesite=lax", StringComparison.OrdinalIgnoreCase));
        // Whoever is in no dataset is signed in, and sees nothing.
        using var stranger = new Browser(server);
        (await stranger.OpenAsync($"/invocations/{run.ArGuid}", provider, "bob")).Status.ShouldBe(HttpStatusCode.NotFound);
        using var unverified = new Browser(server);
        (await unverified.OpenAsync("/invocations", provider, "mallory")).Text.ShouldContain(PolicyCodes.EmailNotVerified);
    }

    [OidcProviderFact]
    public async Task A_client_with_a_secret_proves_itself()
    {
        await using var provider = await OidcProvider.StartAsync();
        await using var server = await StartAsync(provider, "confidential", "client_secret_file = \"client.secret\"");
        using var browser = new Browser(server);
        (await browser.OpenAsync("/invocations", provider, "alice")).Status.ShouldBe(HttpStatusCode.OK);
        await File.WriteAllTextAsync(Path.Combine(server.Repository.Root, "client.secret"), "another");
        using var other = new Browser(server);
        (await other.OpenAsync("/invocations", provider, "alice")).Text.ShouldContain(EndCodes.SignInFailed);
    }

    [OidcProviderFact]
    public async Task Only_the_browser_that_began_comes_back_and_only_once()
    {
        await using var provider = await OidcProvider.StartAsync();
        await using var server = await StartAsync(provider, "browser");
        using var browser = new Browser(server);
        using var victim = new Browser(server);
        var back = await provider.FollowAsync("alice", (await browser.StepAsync("/sign-in?to=/invocations")).Location!);

        // The attacker's own sign-in, put into another browser.
        (await victim.StepAsync(back.PathAndQuery)).Text.ShouldContain(EndCodes.SignInNotBegun);
        (await browser.StepAsync(back.PathAndQuery)).Text.ShouldContain(EndCodes.SignInNotBegun, customMessage: "it is spent, whoever brought it");
        back = await provider.FollowAsync("alice", (await browser.StepAsync("/sign-in?to=/invocations")).Location!);
        (await browser.StepAsync(back.PathAndQuery.Replace("state=", "state=x", StringComparison.Ordinal))).Text.ShouldContain(EndCodes.SignInNotBegun);
        (await browser.StepAsync(back.PathAndQuery)).Location.ShouldBe("/invocations");
        (await browser.StepAsync(back.PathAndQuery)).Text.ShouldContain(EndCodes.SignInNotBegun);
        (await browser.StepAsync("/sign-in/callback")).Text.ShouldContain(EndCodes.SignInNotBegun);
    }

    [OidcProviderFact]
    public async Task Who_declines_is_not_signed_in_and_nobody_is_sent_to_another_site()
    {
        await using var provider = await OidcProvider.StartAsync();
        await using var server = await StartAsync(provider, "browser");
        using var browser = new Browser(server);
        var back = await provider.FollowAsync(null, (await browser.StepAsync("/sign-in?to=/invocations")).Location!);
        (await browser.StepAsync(back.PathAndQuery)).Text.ShouldContain("access_denied");

        foreach (var to in new[] { "https://evil.example", "//evil.example", "/\\evil.example", "evil" })
        {
            back = await provider.FollowAsync("alice", (await browser.StepAsync("/sign-in?to=" + Uri.EscapeDataString(to))).Location!);
            (await browser.StepAsync(back.PathAndQuery)).Location.ShouldBe("/", to);
        }
    }

    [GitFact]
    public async Task Where_browsers_have_no_issuer_they_are_told_what_to_do()
    {
        await using var server = await TestServer.StartAsync();
        using var browser = new Browser(server);
        (await browser.StepAsync("/invocations")).Text.ShouldContain(PolicyCodes.NotSignedIn);
        (await browser.StepAsync("/sign-in")).Text.ShouldContain(PolicyCodes.NotSignedIn);
    }

    [GitFact]
    public async Task Where_there_are_several_issuers_the_user_chooses()
    {
        await using var server = await TestServer.StartAsync(
            TestServer.DefaultDatasets + "[identity.one]\nissuer = \"http://127.0.0.1:1/\"\naudiences = [\"a\"]\nclient_id = \"a\"\n[identity.two]\nissuer = \"http://127.0.0.1:2/\"\naudiences = [\"b\"]\nclient_id = \"b\"\n");
        using var browser = new Browser(server);
        var page = await browser.StepAsync("/sign-in?to=/invocations");
        page.Text.ShouldContain("/sign-in?to=%2Finvocations&amp;by=two");
        // Nobody answers there.
        (await browser.StepAsync("/sign-in?to=/invocations&by=two")).Text.ShouldContain(EndCodes.SignInFailed);
    }

    private static Task<TestServer> StartAsync(OidcProvider provider, string client, string more = "") => TestServer.StartAsync(
        TestServer.DefaultDatasets + $"[identity.provider]\nissuer = \"{provider.Url.ToString().TrimEnd('/')}\"\naudiences = [\"none\"]\nclient_id = \"{client}\"\n{more}\n",
        prepare: server => File.WriteAllText(Path.Combine(server.Repository.Root, "client.secret"), "a secret: with %\n"));

    /// <summary>A browser that reaches the server by its public name, and keeps its cookies.</summary>
    private sealed class Browser(TestServer server) : IDisposable
    {
        private readonly HttpClient _http = server.Http();
        private readonly Dictionary<string, string> _cookies = new(StringComparer.Ordinal);

        public List<string> Set { get; } = [];

        public async Task<(HttpStatusCode Status, string? Location, string Text)> StepAsync(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Host = "runner.example.org";
            request.Headers.Add("Accept", "text/html");
            if (_cookies.Count > 0) request.Headers.Add("Cookie", string.Join("; ", _cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
            using var response = await _http.SendAsync(request, TestRunner.Limit());
            foreach (var cookie in response.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
            {
                Set.Add(cookie);
                var pair = cookie.Split(';')[0].Split('=', 2);
                if (pair[1].Length == 0) _cookies.Remove(pair[0]);
                else _cookies[pair[0]] = pair[1];
            }
            return (response.StatusCode, response.Headers.Location?.OriginalString, await response.Content.ReadAsStringAsync());
        }

        public async Task<(HttpStatusCode Status, string Path, string Text)> OpenAsync(string path, OidcProvider provider, string user)
        {
            for (var step = 0; step < 10; step++)
            {
                var (status, location, text) = await StepAsync(path);
                if (location is null) return (status, path, text);
                path = location.StartsWith('/') ? location : (await provider.FollowAsync(user, location)).PathAndQuery;
            }
            throw new InvalidOperationException("The server goes on redirecting.");
        }

        public void Dispose() => _http.Dispose();
    }
}
