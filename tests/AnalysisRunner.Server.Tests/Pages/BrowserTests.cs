using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Runs;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace AnalysisRunner.Server.Tests.Pages;

/// <summary>The pages in a real browser, as a user sees them.</summary>
public sealed partial class BrowserTests(Browser browser) : IClassFixture<Browser>, IAsyncLifetime
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
    public async Task A_narrow_screen_scrolls_in_one_direction()
    {
        var run = await RunBatchAsync();
        var page = await browser.SignInAsync(_runner, new() { ViewportSize = new() { Width = 360, Height = 740 } });
        foreach (var path in PagesOf(run))
        {
            await page.GotoAsync(path);
            (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(360, path);
        }
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
