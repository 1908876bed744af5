using System.Text.RegularExpressions;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Api.OpenApi;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Runs;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace AnalysisRunner.Server.Tests.Pages;

/// <summary>Pages for everybody: without a script, by keyboard, by screen reader, in light and dark.</summary>
public sealed partial class BrowserTests
{
    // Routes that answer a GET of a browser with something else than a page of a local runner: files, streams and redirections.
    private static readonly string[] NoPages =
    [
        "/", "/pages.css", "/pages.js", "/invocations/export", "/invocations/events", "/invocations/{arGuid}/events", "/invocations/{arGuid}/config", "/invocations/{arGuid}/approval",
        "/invocations/{arGuid}/approve", "/invocations/{arGuid}/log", "/invocations/{arGuid}/log/live", "/batches/{key}/events", "/batches/{key}/jobs/{job}/log", "/batches/{key}/jobs/{job}/log/live",
        "/invocations/{arGuid}/attempts/{attempt}/log", "/invocations/{arGuid}/attempts/{attempt}/log/live", "/batches/{key}/jobs/{job}/attempts/{attempt}/log", "/batches/{key}/jobs/{job}/attempts/{attempt}/log/live",
        "/sign-in", "/sign-in/callback",
    ];

    private static string[] PagesOf(Invocation run) =>
    [
        "/invocations", "/invocations?state=failed", $"/invocations/{run.ArGuid}", $"/invocations/{run.ArGuid}/cancel", $"/invocations/{run.ArGuid}/rerun", $"/invocations/{run.ArGuid}/outputs",
        $"/invocations/{run.ArGuid}/log/search?text=driver", $"/batches/{run.Batches[0].Key}", $"/batches/{run.Batches[0].Key}/jobs/2", $"/batches/{run.Batches[0].Key}/jobs/2/log/search?text=second",
        $"/invocations/{run.ArGuid}/attempts/1/log/search?text=driver", $"/batches/{run.Batches[0].Key}/jobs/2/attempts/1", $"/batches/{run.Batches[0].Key}/jobs/2/attempts/1/log/search?text=second",
        "/datasets", "/denials", "/sign-out", "/signed-out", "/invocations/unknown",
    ];

    [BrowserFact]
    public async Task Every_page_is_among_those_that_are_looked_at()
    {
        var run = await RunBatchAsync();
        var paths = PagesOf(run).Select(path => path.Split('?')[0]).ToList();
        var routes = _runner.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") == true)
            .Select(route => route.RoutePattern.RawText!).Except(ApiOperations.All.Select(operation => operation.Route)).ToList();
        routes.ShouldContain("/invocations/{arGuid}");

        routes.Except(NoPages).Where(route => !paths.Any(path => Regex.IsMatch(path, "^" + Regex.Replace(route, @"\{\w+\}", "[^/]+") + "$"))).ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task Every_page_says_the_same_without_a_script()
    {
        var run = await RunBatchAsync();
        var (with, without) = (await browser.SignInAsync(_runner), await browser.SignInAsync(_runner, new() { JavaScriptEnabled = false }));
        foreach (var path in PagesOf(run))
        {
            await with.GotoAsync(path);
            await without.GotoAsync(path);
            // What only a script can do has its button only with one.
            await with.EvaluateAsync("document.querySelectorAll('[data-copy], .follow').forEach(button => button.remove())");
            Text(await without.Locator("body").InnerTextAsync()).ShouldBe(Text(await with.Locator("body").InnerTextAsync()), path);
        }

        static string Text(string text) => Regex.Replace(text, "Trace id: [0-9a-f]+|\\s+", " ");
    }

    [BrowserFact]
    public async Task Every_page_keeps_to_a_policy_that_allows_the_server_s_own_files_alone()
    {
        var run = await RunBatchAsync();
        var page = await browser.SignInAsync(_runner);
        var violations = new List<string>();
        page.Console += (_, message) => { if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal)) violations.Add(message.Text); };
        foreach (var path in PagesOf(run))
        {
            var answer = (await page.GotoAsync(path))!;
            var policy = (await answer.AllHeadersAsync())["content-security-policy"];
            policy.ShouldStartWith("default-src 'none'", customMessage: path);
            policy.ShouldNotContain("unsafe", customMessage: path);
            (await page.EvaluateAsync<string[]>(
                "[...document.querySelectorAll('*')].flatMap(element => [...element.attributes].map(one => one.name).filter(name => name === 'style' || name.startsWith('on')))")).ShouldBeEmpty(path);
            (await page.Locator("script:not([src]), style").CountAsync()).ShouldBe(0, path);
        }
        violations.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task Everything_can_be_done_without_a_script()
    {
        var run = await RunBatchAsync();
        var page = await browser.SignInAsync(_runner, new() { JavaScriptEnabled = false });

        await page.GotoAsync("/invocations");
        await page.GetByLabel("Batch", new() { Exact = true }).FillAsync("two");
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = run.ArGuid[..8] }).ClickAsync();
        await Expect(page.Locator("#config-keys")).ToContainTextAsync("workflow.dataset");
        await Expect(page.GetByText("in the driver")).ToBeVisibleAsync();
        await page.GetByLabel("Only keys, values and places with").FillAsync("output_prefix");
        await page.GetByRole(AriaRole.Search, new() { Name = "Filter the config" }).GetByRole(AriaRole.Button).ClickAsync();
        await Expect(page.Locator("#config-keys tbody tr")).ToHaveCountAsync(1);

        await page.GetByRole(AriaRole.Link, new() { Name = "two jobs" }).ClickAsync();
        await Expect(page.Locator("svg.graph rect")).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Cell, new() { Name = "2", Exact = true }).GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.GetByLabel("The script", new() { Exact = true })).ToContainTextAsync("echo second");
        await Expect(page.GetByLabel("Log", new() { Exact = true })).ToContainTextAsync("second");
        await page.GetByLabel("Search the whole log").FillAsync("SECOND");
        await page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await Expect(page.Locator("table.matches tbody tr")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Link, new() { Name = "Back" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "1 job" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "2 second" })).ToBeVisibleAsync();

        using var gate = new Gate(_runner.Repository.Root);
        var first = await _runner.SubmitAsync(_runner.Script($"cat '{gate.Path}'"));
        await page.GotoAsync($"/invocations/{first.ArGuid}");
        await CancelAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Re-run…" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run it again" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(InvocationUrl());
        await CancelAsync();
        var again = await _runner.EndOfAsync(page.Url.Split('/')[^1]);
        (again.RerunOf, again.State).ShouldBe((first.ArGuid, InvocationState.Cancelled));
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign out" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("You are signed out");

        async Task CancelAsync()
        {
            await page.GetByRole(AriaRole.Link, new() { Name = "Cancel…" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Cancel it" }).ClickAsync();
            // The page loads itself again until it has ended.
            await Expect(page.Locator("[data-part=state] .state")).ToHaveTextAsync("cancelled", new() { Timeout = 30_000 });
        }
    }

    [BrowserFact]
    public async Task Pages_can_be_used_by_keyboard_and_screen_reader_in_light_and_dark()
    {
        var run = await RunBatchAsync();
        var secret = await _runner.RunAsync(_runner.Script("true") with { Environment = new Dictionary<string, string> { ["TOKEN"] = "x" } });
        await using var server = await TestServer.StartAsync(
            Approval + "[identity.one]\nissuer = \"http://127.0.0.1:1/\"\naudiences = [\"a\"]\nclient_id = \"a\"\n[identity.two]\nissuer = \"http://127.0.0.1:2/\"\naudiences = [\"b\"]\nclient_id = \"b\"\n");
        await server.RefusalAsync(TestServer.Request(null, "x"), "mallory@example.org");
        var waiting = await server.SubmitAsync(TestServer.Request(server.PushScript("true"), "./run.sh") with { AccessLevel = "full" });
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            var page = await browser.SignInAsync(_runner, new() { ColorScheme = scheme });
            foreach (var path in PagesOf(run).Append($"/invocations/{secret.ArGuid}/rerun")) await CheckAsync(page, path, scheme);
            await page.GotoAsync("/invocations");
            await page.Keyboard.PressAsync("Tab");
            await Expect(page.GetByText("Skip to the content")).ToBeFocusedAsync();

            var shared = await browser.SignInAsync(server, "bob@example.org", new() { ColorScheme = scheme });
            foreach (var path in new[] { "/invocations", $"/invocations/{waiting.ArGuid}", $"/invocations/{waiting.ArGuid}/approve", "/denials", "/datasets", "/sign-in" }) await CheckAsync(shared, path, scheme);
        }
    }

    [BrowserFact]
    public async Task A_whole_visit_needs_no_more_than_the_keyboard()
    {
        var run = await RunBatchAsync();
        var page = await browser.SignInAsync(_runner);
        await page.GotoAsync("/invocations");
        await TabToAsync(page, run.ArGuid[..8]);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(InvocationUrl());
        await TabToAsync(page, "Re-run…");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(new Regex("/rerun$"));
        await TabToAsync(page, "Run it again");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(InvocationUrl());
        (await _runner.EndOfAsync(page.Url.Split('/')[^1])).RerunOf.ShouldBe(run.ArGuid);
    }

    [GeneratedRegex("/invocations/[0-9a-f-]{36}$")]
    private static partial Regex InvocationUrl();

    private static async Task CheckAsync(IPage page, string path, ColorScheme scheme)
    {
        var script = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Pages", "Accessibility.js"));
        await page.GotoAsync(path);
        (await page.EvaluateAsync<string[]>(script)).ShouldBeEmpty($"{path} in {scheme}");
    }

    /// <summary>Goes on by the key that goes to the next link or field, until it is the one with a text; every one on the way shows that it is there.</summary>
    private static async Task TabToAsync(IPage page, string text)
    {
        for (var stops = 0; stops < 300; stops++)
        {
            await page.Keyboard.PressAsync("Tab");
            (await page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle")).ShouldNotBe("none", await page.EvaluateAsync<string>("document.activeElement.outerHTML.slice(0, 200)"));
            if (await page.EvaluateAsync<string>("document.activeElement.textContent.trim()") == text) return;
        }
        throw new InvalidOperationException($"The keyboard does not reach '{text}'.");
    }
}
