using System.Text.Json.Nodes;
using AnalysisRunner.Tests.Shared;

namespace AnalysisRunner.Cli.Tests;

/// <summary>Users sign in at a real issuer, for a real server.</summary>
public sealed class LoginTests
{
    // Less than what a token is not used for before it expires: every command renews.
    private const int ShortLife = 60;

    [IssuerFact]
    public async Task A_browser_on_this_machine_signs_in_and_the_sign_in_renews_itself()
    {
        await using var provider = await OidcProvider.StartAsync(idTokenSeconds: ShortLife);
        await using var server = await ServedRunner.StartAsync(Settings(provider, "cli"));
        using var login = CliProcess.Start(server.Folder.Path, WithBrowser(server), "", "login", "--browser");

        var address = new Uri((await login.Error.WaitForAsync("^(http://.*/auth.*)$", CliProcess.Limit)).Groups[1].Value.Trim());
        address.Query.ShouldContain("code_challenge_method=S256");
        var back = await provider.FollowAsync("alice", address.PathAndQuery);
        back.Host.ShouldBe("127.0.0.1");
        using (var browser = Browser())
        {
            // Whoever guesses the port has not the state.
            (await browser.GetAsync($"http://127.0.0.1:{back.Port}/callback?state=x&code=y")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
            (await browser.GetAsync($"http://127.0.0.1:{back.Port}/favicon.ico")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
            (await browser.GetStringAsync(back)).ShouldContain("close this page");
        }
        var outcome = await login.EndAsync();

        outcome.ExitCode.ShouldBe(ExitCodes.Success, outcome.Error);
        outcome.Error.ShouldContain("takes you for 'alice@example.org'");
        outcome.Error.ShouldContain("renewed by itself");
        File.ReadAllText(server.Folder["browsed"]).Trim().ShouldBe(address.OriginalString);
        var file = server.Folder["configuration/analysis-runner/credentials.json"];
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var kept = Kept(file, server);
        (outcome.Output + outcome.Error).ShouldNotContain(kept);

        // The token is too old to be used at once; each refresh token is good for one use, so what is kept is the next one.
        (await server.RunAsync("whoami")).Output.ShouldContain("alice@example.org");
        var renewed = Kept(file, server);
        renewed.ShouldNotBe(kept);
        // Several at once take turns.
        foreach (var one in await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => server.RunAsync("whoami")))) one.ExitCode.ShouldBe(ExitCodes.Success, one.Error);
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        // One that the issuer does not take is told, with what to do.
        var entries = JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject();
        entries[server.Url]!["refresh_token"] = "spent";
        await File.WriteAllTextAsync(file, entries.ToJsonString());
        var spent = await server.RunAsync("whoami");
        spent.ExitCode.ShouldBe(ExitCodes.NoCredentials, spent.Error);
        spent.Error.ShouldContain("AR1081");
        spent.Error.ShouldContain("invalid_grant");
    }

    [IssuerFact]
    public async Task A_browser_on_another_machine_signs_in_with_a_code()
    {
        await using var provider = await OidcProvider.StartAsync();
        await using var server = await ServedRunner.StartAsync(Settings(provider, "cli-with-secret", "cli_client_secret = \"known to everybody\""));
        using var login = CliProcess.Start(server.Folder.Path, server.Environment, "", "login", "--device");

        var address = new Uri((await login.Error.WaitForAsync(@"Open (http://\S+) on any machine", CliProcess.Limit)).Groups[1].Value);
        await provider.ApproveDeviceAsync("bob", address);
        var outcome = await login.EndAsync();

        outcome.ExitCode.ShouldBe(ExitCodes.Success, outcome.Error);
        (await server.RunAsync("whoami")).Output.ShouldContain("bob@example.org");
        (await server.RunAsync("datasets")).Output.ShouldStartWith("demos\t");
        (await server.RunAsync("login", "--forget")).Error.ShouldContain("was removed");
        (await server.RunAsync("whoami")).ExitCode.ShouldBe(ExitCodes.NoCredentials);
    }

    [IssuerFact]
    public async Task Who_declines_is_not_signed_in()
    {
        await using var provider = await OidcProvider.StartAsync();
        await using var server = await ServedRunner.StartAsync(Settings(provider, "cli"));
        using var login = CliProcess.Start(server.Folder.Path, WithBrowser(server), "", "login", "--browser");
        var address = new Uri((await login.Error.WaitForAsync("^(http://.*/auth.*)$", CliProcess.Limit)).Groups[1].Value.Trim());
        using (var browser = Browser()) (await browser.GetStringAsync(await provider.FollowAsync(null, address.PathAndQuery))).ShouldContain("not signed in");

        var outcome = await login.EndAsync();
        outcome.ExitCode.ShouldBe(ExitCodes.NoCredentials, outcome.Error);
        outcome.Error.ShouldContain("access_denied");
        File.Exists(server.Folder["configuration/analysis-runner/credentials.json"]).ShouldBeFalse();
        (await server.RunAsync("login", "--browser", "--device")).ExitCode.ShouldBe(ExitCodes.Usage);
        (await server.RunAsync("login", "--device", "--issuer", "https://other.example.org")).Error.ShouldContain("AR1072");
    }

    [UnixFactWithGit]
    public async Task A_server_without_such_a_client_says_what_to_do()
    {
        await using var server = await ServedRunner.StartAsync("[identity.one]\nissuer = \"http://127.0.0.1:1/\"\naudiences = [\"a\"]\n");
        var outcome = await server.RunAsync("login", "--device");
        outcome.ExitCode.ShouldBe(ExitCodes.NoCredentials, outcome.Error);
        outcome.Error.ShouldContain("AR1080");
    }

    [IssuerFact]
    public async Task What_the_originals_tutorial_submits_runs_on_a_server_and_a_second_member_approves()
    {
        await using var provider = await OidcProvider.StartAsync();
        await using var server = await ServedRunner.StartAsync(Settings(provider, "cli"));
        var (alice, bob) = (await provider.SignInAsync("alice", "RS256"), await provider.SignInAsync("bob", "RS256"));

        var submitted = await server.RunAsAsync(
            alice, "--repository", "demo", "--commit", server.Commit, "--dataset", "demos", "--description", "Say hello", "--output-dir", "gs://cohort/hello/v1", "script_to_run.py", "with", "arguments");
        submitted.ExitCode.ShouldBe(0, submitted.Error);
        var ended = await server.RunAsAsync(alice, "log", "-f", submitted.Output.Trim()[^36..]);
        ended.ExitCode.ShouldBe(0, ended.Error);
        ended.Output.ShouldContain("ran with arguments");

        var waiting = await server.RunAsAsync(
            alice, "--repository", "demo", "--commit", server.Commit, "--dataset", "demos", "--access-level", "full", "--confirm", "demos", "--description", "Say hello", "script_to_run.py", "reviewed");
        waiting.ExitCode.ShouldBe(0, waiting.Error);
        var guid = waiting.Output.Trim()[^36..];
        (await server.RunAsAsync(alice, "approve", guid, "--yes")).ExitCode.ShouldBe(ExitCodes.RefusedByServer, "nobody agrees with themselves");
        var approved = await server.RunAsAsync(bob, "approve", guid, "--yes");
        approved.ExitCode.ShouldBe(0, approved.Error);
        approved.Output.ShouldContain("reviewed");
        (await server.RunAsAsync(alice, "log", "-f", guid)).Output.ShouldContain("ran reviewed");
        (await server.RunAsAsync(bob, "open", guid, "--print")).Output.ShouldBe($"https://runner.example.org/invocations/{guid}\n");
        (await server.RunAsAsync(bob, "open", "--print")).Output.ShouldBe($"{server.Url}/invocations\n");
    }

    private static string Settings(OidcProvider provider, string client, string more = "") =>
        $"""
        [identity.provider]
        issuer = "{provider.Url.ToString().TrimEnd('/')}"
        audiences = ["RS256"]
        cli_client_id = "{client}"
        {more}

        [datasets.demos]
        repositories = ["demo"]
        members = ["alice@example.org", "bob@example.org"]
        levels = ["test", "full"]
        unenforced = true
        full.approval = true

        """;

    private static Dictionary<string, string> WithBrowser(ServedRunner server)
    {
        var file = server.Folder.WriteProgram("browser", $"#!/bin/sh\nprintf '%s\\n' \"$1\" > '{server.Folder["browsed"]}'\n");
        return new Dictionary<string, string>(server.Environment) { ["BROWSER"] = file };
    }

    private static HttpClient Browser() => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    private static string Kept(string file, ServedRunner server) => JsonNode.Parse(File.ReadAllText(file))![server.Url]!["refresh_token"]!.GetValue<string>();
}
