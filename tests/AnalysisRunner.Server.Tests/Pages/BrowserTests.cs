using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Runs;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace AnalysisRunner.Server.Tests.Pages;

/// <summary>The pages in a real browser, as a user sees them.</summary>
public sealed class BrowserTests(Browser browser) : IClassFixture<Browser>, IAsyncLifetime
{
    private TestRunner _runner = null!;

    public async Task InitializeAsync()
    {
        if (Browser.Program is not null) _runner = await TestRunner.StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (_runner is not null) await _runner.DisposeAsync();
    }

    [BrowserFact]
    public async Task An_invocation_is_found_by_its_filters_and_the_address_can_be_shared()
    {
        var wanted = await _runner.RunAsync(_runner.Script("echo one") with { Description = "count the peaks" });
        await _runner.RunAsync(_runner.Script("exit 1") with { Description = "another thing", Dataset = "other" });
        var page = await browser.SignInAsync(_runner);

        await page.GetByLabel("Words of description or command").FillAsync("peak");
        await page.GetByLabel("State").SelectOptionAsync("succeeded");
        await page.GetByLabel("Dataset").FillAsync("fewgenomes");
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();

        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        page.Url.ShouldContain("text=peak");
        await page.ReloadAsync();
        await Expect(page.GetByLabel("State")).ToHaveValueAsync("succeeded");
        await page.GetByRole(AriaRole.Link, new() { Name = wanted.ArGuid[..8] }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("count the peaks");

        await page.GotoAsync("/invocations?text=nothing-like-it");
        await Expect(page.GetByText("No invocation matches these filters.")).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task A_log_and_a_state_are_followed_without_loading_the_page_again()
    {
        using var gate = new Gate(_runner.Repository.Root);
        var accepted = await _runner.SubmitAsync(_runner.Script($"echo before; cat '{gate.Path}'; printf '\\033[31mafter\\033[0m\\n'"));
        var page = await browser.SignInAsync(_runner);
        await page.GotoAsync($"/invocations/{accepted.ArGuid}");
        await page.EvaluateAsync("window.loaded = 'once'");
        await Expect(page.Locator("pre[data-log]")).ToContainTextAsync("before");

        gate.Open();

        await Expect(page.Locator("pre[data-log] .ansi-fg-1")).ToHaveTextAsync("after");
        await Expect(page.Locator("[data-part=state] .state")).ToHaveTextAsync("succeeded");
        (await page.EvaluateAsync<string>("window.loaded")).ShouldBe("once");
    }

    [BrowserFact]
    public async Task A_run_is_cancelled_after_a_question()
    {
        using var gate = new Gate(_runner.Repository.Root);
        var accepted = await _runner.SubmitAsync(_runner.Script($"cat '{gate.Path}'"));
        var page = await browser.SignInAsync(_runner);
        await page.GotoAsync($"/invocations/{accepted.ArGuid}");

        await page.GetByRole(AriaRole.Link, new() { Name = "Cancel…" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel it" }).ClickAsync();

        await Expect(page.Locator("[data-part=state] .state")).ToHaveTextAsync("cancelled");
        (await _runner.EndOfAsync(accepted.ArGuid)).CancelRequestedBy.ShouldBe("alice");
    }

    [BrowserFact]
    public async Task Everything_is_there_without_a_script()
    {
        var run = await RunBatchAsync();
        var page = await browser.SignInAsync(_runner, new() { JavaScriptEnabled = false });

        await page.GotoAsync($"/invocations/{run.ArGuid}");
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
    }

    [BrowserFact]
    public async Task Pages_can_be_used_by_keyboard_and_screen_reader_in_light_and_dark()
    {
        var run = await RunBatchAsync();
        var script = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Pages", "Accessibility.js"));
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            var page = await browser.SignInAsync(_runner, new() { ColorScheme = scheme });
            string[] paths =
            [
                "/invocations", $"/invocations/{run.ArGuid}", $"/invocations/{run.ArGuid}/cancel", $"/batches/{run.Batches[0].Key}", $"/batches/{run.Batches[0].Key}/jobs/1",
                $"/invocations/{run.ArGuid}/log/search?text=driver", "/datasets", "/invocations/unknown",
            ];
            foreach (var path in paths)
            {
                await page.GotoAsync(path);
                (await page.EvaluateAsync<string[]>(script)).ShouldBeEmpty($"{path} in {scheme}");
            }
            await page.GotoAsync("/invocations");
            await page.Keyboard.PressAsync("Tab");
            await Expect(page.GetByText("Skip to the content")).ToBeFocusedAsync();
        }
    }

    [BrowserFact]
    public async Task A_narrow_screen_scrolls_in_one_direction()
    {
        var run = await RunBatchAsync();
        var page = await browser.SignInAsync(_runner, new() { ViewportSize = new() { Width = 360, Height = 740 } });
        foreach (var path in new[] { "/invocations", $"/invocations/{run.ArGuid}", $"/batches/{run.Batches[0].Key}", $"/batches/{run.Batches[0].Key}/jobs/1" })
        {
            await page.GotoAsync(path);
            (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(360, path);
        }
    }

    [BrowserFact]
    public async Task Nothing_that_a_user_wrote_is_executed_or_becomes_markup()
    {
        const string hostile = "</pre></script><img src=x onerror=alert(1)><script>alert(2)</script>\"'`<b id=injected>";
        using var gate = new Gate(_runner.Repository.Root);
        var layer = _runner.Repository.Commit("layer", "conf/a.toml", $"[mine]\n\"<b id=injected>\" = '''{hostile}'''\n");
        var request = _runner.Script($"cat '{gate.Path}'; printf '%s\\n' \"$1\"", hostile) with
        {
            Description = hostile,
            Branch = hostile,
            Config = [new ConfigLayer("conf/a.toml")],
        };
        var accepted = await _runner.SubmitAsync(request);
        using (var api = await RunTests.JobApiAsync(_runner, accepted.ArGuid))
        {
            var spec = RunTests.Batch("b", $"printf '%s\\n' '{hostile.Replace("'", "'\\''", StringComparison.Ordinal)}'");
            await api.SubmitBatchAsync(
                spec with { Name = hostile, Jobs = [spec.Jobs[0] with { Name = hostile, Attributes = new Dictionary<string, string> { [hostile] = hostile } }, spec.Jobs[0] with { Id = 2, Name = hostile, Parents = [1] }] },
                TestRunner.Limit());
        }
        gate.Open();
        var run = await _runner.EndOfAsync(accepted.ArGuid);
        layer.ShouldNotBeEmpty();
        var page = await browser.SignInAsync(_runner);
        var dialogs = 0;
        page.Dialog += async (_, dialog) =>
        {
            dialogs++;
            await dialog.DismissAsync();
        };

        string[] paths =
        [
            "/invocations", $"/invocations?text={Uri.EscapeDataString(hostile)}", $"/invocations/{run.ArGuid}", $"/invocations/{run.ArGuid}?config={Uri.EscapeDataString(hostile)}",
            $"/invocations/{run.ArGuid}/cancel", $"/invocations/{run.ArGuid}/log/search?text={Uri.EscapeDataString("<b")}", $"/batches/{run.Batches[0].Key}",
            $"/batches/{run.Batches[0].Key}/jobs/1", $"/batches/{Uri.EscapeDataString(hostile)}", "/datasets",
        ];
        foreach (var path in paths)
        {
            await page.GotoAsync(path);
            (await page.Locator("#injected, img, script:not([src='/pages.js'])").CountAsync()).ShouldBe(0, path);
        }
        dialogs.ShouldBe(0);
    }

    /// <summary>A run whose driver handed over a batch of two jobs.</summary>
    private async Task<Invocation> RunBatchAsync()
    {
        using var gate = new Gate(_runner.Repository.Root);
        var accepted = await _runner.SubmitAsync(_runner.Script($"echo in the driver; cat '{gate.Path}'"));
        using (var api = await RunTests.JobApiAsync(_runner, accepted.ArGuid))
        {
            var spec = RunTests.Batch("b", "echo first");
            await api.SubmitBatchAsync(
                spec with { Name = "two jobs", Jobs = [spec.Jobs[0], spec.Jobs[0] with { Id = 2, Name = "second", Command = "echo second", Parents = [1] }] }, TestRunner.Limit());
        }
        gate.Open();
        var run = await _runner.EndOfAsync(accepted.ArGuid);
        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        return run;
    }
}
