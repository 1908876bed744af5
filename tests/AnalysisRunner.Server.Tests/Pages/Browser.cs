using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using Microsoft.Playwright;

namespace AnalysisRunner.Server.Tests.Pages;

/// <summary>A real browser, once for all tests of a class; each test opens a window of its own.</summary>
public sealed class Browser : IAsyncLifetime
{
    /// <summary>Nothing on a page takes so long; a hang becomes a failure.</summary>
    private const int PatienceMilliseconds = 60_000;

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The program; null where there is none.</summary>
    public static string? Program { get; } = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    public async Task InitializeAsync()
    {
        if (Program is null) return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Program,
            Headless = true,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A window in which a user of a local runner is signed in, by the link that a build prints.</summary>
    internal async Task<IPage> SignInAsync(TestRunner runner, BrowserNewContextOptions? options = null)
    {
        var page = await OpenAsync(runner.Url, options);
        await page.GotoAsync((await runner.Api.CreateSignInLinkAsync(TestRunner.Limit())).Url);
        return page;
    }

    /// <summary>A window in which a user of a shared server is signed in.</summary>
    internal async Task<IPage> SignInAsync(TestServer server, string email, BrowserNewContextOptions? options = null)
    {
        var page = await OpenAsync(server.Url, options);
        using var api = server.Connect(email);
        // Its public name is not known to the browser; the address that it listens at is.
        await page.GotoAsync(new Uri((await api.CreateSignInLinkAsync(TestRunner.Limit())).Url).PathAndQuery);
        return page;
    }

    /// <summary>A window of somebody who is not signed in.</summary>
    internal async Task<IPage> OpenAsync(Uri url, BrowserNewContextOptions? options = null)
    {
        options ??= new BrowserNewContextOptions();
        options.BaseURL = url.ToString();
        var context = await _browser!.NewContextAsync(options);
        context.SetDefaultTimeout(PatienceMilliseconds);
        return await context.NewPageAsync();
    }
}

/// <summary>A fact that needs a browser, git and bash; skipped, saying so, where one is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = GitRequirement.Missing ?? (Browser.Program is null ? "chromium is not installed" : null);
}
