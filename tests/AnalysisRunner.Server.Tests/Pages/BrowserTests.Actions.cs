using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Runs;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace AnalysisRunner.Server.Tests.Pages;

/// <summary>What a user does on pages.</summary>
public sealed partial class BrowserTests
{
    private const string Approval =
        """
        [datasets.ds1]
        repositories = ["demo"]
        members = ["alice@example.org", "bob@example.org", "carol@example.org"]
        levels = ["test", "full"]
        unenforced = true

        [datasets.ds1.full]
        members = ["alice@example.org", "bob@example.org"]
        approval = true

        """;

    [BrowserFact]
    public async Task A_run_is_cancelled_and_run_again_each_after_a_question()
    {
        using var gate = new Gate(_runner.Repository.Root);
        var accepted = await _runner.SubmitAsync(_runner.Script($"cat '{gate.Path}'; echo through"));
        var page = await browser.SignInAsync(_runner);
        await page.GotoAsync($"/invocations/{accepted.ArGuid}");

        await page.GetByRole(AriaRole.Link, new() { Name = "Cancel…" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel it" }).ClickAsync();
        await Expect(page.Locator("[data-part=state] .state")).ToHaveTextAsync("cancelled");
        await Expect(page.Locator("[data-part=state]")).ToContainTextAsync("alice asked for its end");
        (await _runner.EndOfAsync(accepted.ArGuid)).CancelRequestedBy.ShouldBe("alice");

        await page.GetByRole(AriaRole.Link, new() { Name = "Re-run…" }).ClickAsync();
        await Expect(page.GetByText("exactly as it was recorded")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Go back" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Re-run…" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run it again" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = accepted.ArGuid })).ToBeVisibleAsync();
        var arGuid = page.Url.Split('/')[^1];
        arGuid.ShouldNotBe(accepted.ArGuid);
        await Expect(page.Locator("[data-part=state] .state")).ToHaveTextAsync("running");
        gate.Open();

        await Expect(page.Locator("[data-part=state] .state")).ToHaveTextAsync("succeeded");
        (await _runner.EndOfAsync(arGuid)).RerunOf.ShouldBe(accepted.ArGuid);
    }

    [BrowserFact]
    public async Task A_run_that_waits_says_for_whom_and_starts_when_one_of_them_has_agreed()
    {
        await using var server = await TestServer.StartAsync(Approval);
        var accepted = await server.SubmitAsync(TestServer.Request(server.PushScript("true"), "./run.sh") with { AccessLevel = "full" });
        var digest = (await server.InvocationLog.GetAsync(accepted.ArGuid, TestRunner.Limit()))!.Invocation.Approval!.Digest;
        var (alice, bob, carol) = (await browser.SignInAsync(server, "alice@example.org"), await browser.SignInAsync(server, "bob@example.org"), await browser.SignInAsync(server, "carol@example.org"));
        foreach (var page in new[] { alice, bob, carol })
        {
            await page.GotoAsync("/invocations");
            await Expect(page.GetByText("waits for approval")).ToBeVisibleAsync();
            await page.GotoAsync($"/invocations/{accepted.ArGuid}");
            await Expect(page.GetByText("who did not submit it: bob@example.org.")).ToBeVisibleAsync();
            await Expect(page.Locator("[data-part=state]")).ToContainTextAsync(digest);
            await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Approve…" })).ToHaveCountAsync(page == bob ? 1 : 0);
        }

        await bob.GetByRole(AriaRole.Link, new() { Name = "Approve…" }).ClickAsync();
        await Expect(bob.Locator("main")).ToContainTextAsync($"./run.sh of commit {server.Repository.Git("rev-parse", "HEAD").Trim()} runs for alice@example.org");
        await bob.GetByRole(AriaRole.Button, new() { Name = "Approve exactly this" }).ClickAsync();

        await Expect(bob.Locator("[data-part=state]")).ToContainTextAsync("Approved by bob@example.org");
        await Expect(bob.Locator("[data-part=state] .state")).ToHaveTextAsync("succeeded");
        await Expect(alice.Locator("[data-part=state]")).ToContainTextAsync("Approved by bob@example.org");
        (await server.EndOfAsync(accepted.ArGuid)).State.ShouldBe(InvocationState.Succeeded);
    }

    [BrowserFact]
    public async Task Commands_are_copied_and_keys_of_the_config_filtered_while_one_types()
    {
        var run = await _runner.RunAsync(_runner.Script("true", "it's", "a b"));
        var page = await browser.SignInAsync(_runner);
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.GotoAsync($"/invocations/{run.ArGuid}");

        await page.GetByText("Run it again", new() { Exact = true }).ClickAsync();
        foreach (var (label, text) in new[] { ("What ran", "./run.sh 'it'\\''s' 'a b'"), ("As a build", "dotnet build -t:Submit '-p:Dataset=fewgenomes'"), ("By command line", "analysis-runner --dataset fewgenomes") })
        {
            var command = page.Locator(".command", new() { HasText = label });
            await command.GetByRole(AriaRole.Button).ClickAsync();
            await Expect(command.GetByRole(AriaRole.Button)).ToHaveTextAsync("Copied");
            (await page.EvaluateAsync<string>("navigator.clipboard.readText()")).ShouldStartWith(text);
        }

        var shown = page.Locator("#config-keys tbody tr:not([hidden])");
        (await shown.CountAsync()).ShouldBeGreaterThan(5);
        await page.GetByLabel("Only keys, values and places with").FillAsync("ar-guid");
        await Expect(shown).ToHaveCountAsync(1);
        await Expect(shown).ToContainTextAsync(run.ArGuid);
    }

    [BrowserFact]
    public async Task Who_signs_out_is_asked_and_is_out()
    {
        var page = await browser.SignInAsync(_runner);
        await page.GotoAsync("/invocations");
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign out" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("You are signed out");
        (await page.Context.CookiesAsync()).ShouldNotContain(cookie => cookie.Name == $"analysis-runner-{_runner.Url.Port}");
        await page.GotoAsync("/invocations");
        await Expect(page.GetByText("You are not signed in.")).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task The_list_is_filtered_by_every_column_sorted_and_exported()
    {
        var batch = await RunBatchAsync();
        var failed = await _runner.RunAsync(_runner.Script("exit 3") with { Description = "another thing", Dataset = "other", Image = "registry.example.org/tool:2" });
        var page = await browser.SignInAsync(_runner);
        (string Label, string Value, Invocation Found)[] filters =
        [
            ("ar-guid", failed.ArGuid[..8], failed), ("Image", "registry.example.org/tool", failed), ("Batch", "two j", batch), ("Took at most", "1000h", failed), ("Dataset", "other", failed),
            ("Words of description or command", "another", failed), ("Commit", failed.Commit[..10], failed), ("By", "ali", failed), ("From", DateTime.UtcNow.AddDays(-1).ToString("yyyy-MM-dd"), failed),
            ("Before", DateTime.UtcNow.AddDays(1).ToString("yyyy-MM-dd"), failed), ("Took at least", "1ms", failed),
        ];
        foreach (var (label, value, found) in filters)
        {
            await page.GotoAsync("/invocations");
            await page.GetByLabel(label, new() { Exact = true }).FillAsync(value);
            await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Link, new() { Name = found.ArGuid[..8] })).ToBeVisibleAsync();
            await Expect(page.GetByLabel(label, new() { Exact = true })).ToHaveValueAsync(value);
            if (label is "ar-guid" or "Image" or "Batch" or "Dataset" or "Commit") await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        }
        foreach (var (name, value, count) in new[] { ("state", "failed", 1), ("level", "full", 0), ("progress", "failed", 0), ("progress", "running", 0) })
        {
            await page.GotoAsync("/invocations");
            await page.Locator($"select[name={name}]").SelectOptionAsync(value);
            await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
            await Expect(page.Locator("tbody tr")).ToHaveCountAsync(count);
        }

        await page.GotoAsync("/invocations?took=x");
        await Expect(page.GetByText("There is no parameter")).ToBeVisibleAsync();
        await page.GotoAsync("/invocations");
        await page.GetByRole(AriaRole.Link, new() { Name = "Dataset", Exact = true }).ClickAsync();
        await Expect(page.Locator("tbody tr").First).ToContainTextAsync("fewgenomes");
        await page.GetByRole(AriaRole.Link, new() { Name = "Dataset", Exact = true }).ClickAsync();
        await Expect(page.Locator("tbody tr").First).ToContainTextAsync("other");
        foreach (var direction in new[] { "ascending", "descending" })
        {
            await page.GetByRole(AriaRole.Link, new() { Name = "Took", Exact = true }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "Took" })).ToHaveAttributeAsync("aria-sort", direction);
            await Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
        }
        await page.GotoAsync("/invocations?sort=-dataset");
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "All of these as CSV" }).ClickAsync());
        download.SuggestedFilename.ShouldBe("invocations.csv");
        var rows = (await File.ReadAllLinesAsync(await download.PathAsync())).Where(row => row.Length > 0).ToList();
        rows.Count.ShouldBe(3);
        rows[1].ShouldStartWith(failed.ArGuid);
    }
}
