using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Runs;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace AnalysisRunner.Server.Tests.Pages;

/// <summary>What somebody wrote in order to be executed in the browser of somebody else.</summary>
public sealed partial class BrowserTests
{
    private const string Hostile = "</pre></script></title></textarea><img src=x onerror=alert(1)><script>alert(2)</script>\"'`<b id=injected>";

    [BrowserFact]
    public async Task Nothing_that_a_user_wrote_is_executed_or_becomes_markup()
    {
        const string Name = "<b id=injected>"; // Without a slash, where a slash means something.
        using var gate = new Gate(_runner.Repository.Root);
        _runner.Repository.Commit("layer", "conf/<b id=injected>.toml", $"[mine]\n\"{Name}\" = '''{Hostile}'''\n").ShouldNotBeEmpty();
        var outputs = Path.Combine(_runner.State, "storage", "fewgenomes-test", "default", "p", "1");
        var request = _runner.Script($"mkdir -p '{outputs}'; : > '{outputs}/{Name}'; cat '{gate.Path}'; printf '%s\\n\\033]8;;javascript:alert(3)\\033\\\\link\\n' \"$1\"", Hostile) with
        {
            Description = Hostile,
            Branch = Hostile,
            OutputPrefix = "p/1",
            Config = [new ConfigLayer($"conf/{Name}.toml")],
            Client = new ClientInfo(Hostile, Hostile),
        };
        var accepted = await _runner.SubmitAsync(request);
        using (var api = await RunTests.JobApiAsync(_runner, accepted.ArGuid))
        {
            var job = new JobSpec
            {
                Id = 1,
                Name = Hostile,
                Command = $"printf '%s\\n' '{Hostile.Replace("'", "'\\''", StringComparison.Ordinal)}'; : > \"$BATCH_TMPDIR/{Name}\"",
                Attributes = new Dictionary<string, string> { [Hostile] = Hostile },
                Environment = new Dictionary<string, string> { ["X"] = Hostile },
                Outputs = [Name],
                Group = 1,
            };
            await api.SubmitBatchAsync(
                new BatchSpec { Key = "b", Name = Hostile, Jobs = [job, job with { Id = 2, Parents = [1], Outputs = [], Command = "exit 3" }], Groups = [new JobGroupSpec { Id = 1, Name = Hostile }] },
                TestRunner.Limit());
        }
        // One page sees it come, written by the script, and the others find it there.
        var page = Watched(await browser.SignInAsync(_runner));
        await page.GotoAsync($"/invocations/{accepted.ArGuid}");
        gate.Open();
        await Expect(page.Locator("pre[data-log]")).ToContainTextAsync("<script>alert(2)</script>");
        await LookAsync(page);
        var run = await _runner.EndOfAsync(accepted.ArGuid);
        run.Outputs!.Count.ShouldBe(1);
        var (guid, batch) = (run.ArGuid, run.Batches[0].Key);

        string[] paths =
        [
            .. PagesOf(run),
            // What is in an address comes back on the page, or in what is wrong with it.
            .. InvocationFilters.Names.Select(name => $"/invocations?{name}={Uri.EscapeDataString(Hostile)}"),
            $"/invocations?{Uri.EscapeDataString(Hostile)}=x", $"/invocations/{guid}?config={Uri.EscapeDataString(Hostile)}", $"/invocations/{guid}?events={Uri.EscapeDataString(Hostile)}",
            $"/invocations/{guid}/outputs?cursor={Uri.EscapeDataString(Hostile)}", $"/invocations/{guid}/log/search?text={Uri.EscapeDataString("<b")}", $"/batches/{batch}/jobs/1/log/search?text=%3Cb",
            $"/batches/{batch}?after={Uri.EscapeDataString(Hostile)}", $"/batches/{Uri.EscapeDataString(Hostile)}", $"/batches/{batch}/jobs/{Uri.EscapeDataString(Name)}",
            $"/denials?dataset={Uri.EscapeDataString(Hostile)}", $"/denials?before={Uri.EscapeDataString(Hostile)}", $"/sign-in?to={Uri.EscapeDataString(Hostile)}", $"/sign-in/callback?state={Uri.EscapeDataString(Hostile)}&error={Uri.EscapeDataString(Hostile)}",
            $"/invocations/export?format={Uri.EscapeDataString(Hostile)}", $"/{Uri.EscapeDataString(Hostile)}", $"/invocations?code={Uri.EscapeDataString(Hostile)}",
        ];
        foreach (var path in paths) await LookAsync(page, path);
        await page.GotoAsync($"/invocations/{guid}");
        (await page.Locator("pre[aria-label=Log]").InnerTextAsync()).ShouldContain("<script>alert(2)</script>");
        (await page.Locator("#content").InnerTextAsync()).ShouldContain(Name);
    }

    [BrowserFact]
    public async Task Nothing_that_was_refused_is_executed_when_it_is_looked_into()
    {
        await using var server = await TestServer.StartAsync(Approval, more: "administrators = [\"carol@example.org\"]");
        var request = TestServer.Request(null, "x", Hostile) with
        {
            Dataset = Hostile,
            AccessLevel = Hostile,
            Repository = Hostile,
            Commit = Hostile,
            Image = Hostile,
            Description = Hostile,
            OutputPrefix = Hostile,
            WorkingDirectory = Hostile,
            Cpu = Hostile,
            Memory = Hostile,
            Storage = Hostile,
            Environment = new Dictionary<string, string> { [Hostile] = Hostile },
            Config = [new ConfigLayer(Hostile, Hostile)],
        };
        await server.RefusalAsync(request);
        await server.RefusalAsync(request with { Dataset = "ds1", AccessLevel = "test" });
        var page = Watched(await browser.SignInAsync(server, "carol@example.org"));

        await LookAsync(page, "/denials");

        await page.GetByText("The request", new() { Exact = true }).First.ClickAsync();
        (await page.Locator("#content").InnerTextAsync()).ShouldContain("img src=x onerror");
    }

    private int _dialogs;

    private IPage Watched(IPage page)
    {
        page.Dialog += async (_, dialog) =>
        {
            _dialogs++;
            await dialog.DismissAsync();
        };
        return page;
    }

    private async Task LookAsync(IPage page, string path)
    {
        await page.GotoAsync(path);
        await LookAsync(page);
    }

    private async Task LookAsync(IPage page)
    {
        (await page.Locator("#injected, img, script:not([src='/pages.js']), a[href^='javascript:'], [onerror]").CountAsync()).ShouldBe(0, page.Url);
        _dialogs.ShouldBe(0, page.Url);
    }
}
