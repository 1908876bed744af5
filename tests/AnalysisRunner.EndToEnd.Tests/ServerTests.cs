using System.Text;
using AnalysisRunner.EndToEnd.Tests.Fixtures;
using Microsoft.AspNetCore.Http;

namespace AnalysisRunner.EndToEnd.Tests;

/// <summary>What a build does with a server on the network: trust, proxies, tokens, refusals. One repository and one pushed commit for all.</summary>
public sealed class ServerTests : IAsyncLifetime, IDisposable
{
    private const string Token = "s3cret-t0ken-of-the-test";

    private readonly TestAuthority _authority = new("runner.example.org");
    private AnalysisRepository _analysis = null!;
    private HostedRemote _remote = null!;
    private TestServer _server = null!;
    private string _trust = null!;

    public async Task InitializeAsync()
    {
        _analysis = await AnalysisRepository.CreateAsync();
        _remote = await HostedRemote.CreateAsync(_analysis);
        _server = await TestServer.StartAsync(_authority);
        _trust = Path.Combine(_analysis.State.Folder, "authority.pem");
        await File.WriteAllTextAsync(_trust, _authority.Pem);
    }

    [LinuxFact]
    public async Task Trusts_what_the_machine_trusts_and_goes_through_its_proxy()
    {
        // A name that only the proxy can resolve, and a certificate that only SSL_CERT_FILE makes good.
        await using var proxy = new TunnelProxy(_server.Port);
        var through = new Dictionary<string, string> { ["HTTPS_PROXY"] = proxy.Url, ["ANALYSIS_RUNNER_TOKEN"] = Token };

        (await SubmitAsync("https://runner.example.org", through)).ShouldBeRefused("AR1052", "runner.example.org");
        _server.Requests.ShouldBeEmpty("nothing was sent, not even the token");

        var accepted = await SubmitAsync("https://runner.example.org", new Dictionary<string, string>(through) { ["SSL_CERT_FILE"] = _trust });
        accepted.ExitCode.ShouldBe(0, accepted.Output);
        accepted.Output.ShouldContain("https://runner.example.org/invocations/");
        proxy.Asked.ShouldAllBe(line => line.StartsWith("CONNECT runner.example.org:443 ", StringComparison.Ordinal));
        _server.Submissions.ShouldHaveSingleItem().Authorization.ShouldBe("Bearer " + Token);
    }

    [LinuxFact]
    public async Task Takes_tokens_from_environment_file_and_job_and_leaves_them_in_no_log()
    {
        var binlog = Path.Combine(_analysis.State.Folder, "submit.binlog");
        var configuration = Path.Combine(_analysis.State.Folder, "configuration");
        Directory.CreateDirectory(Path.Combine(configuration, "analysis-runner"));
        var file = Path.Combine(configuration, "analysis-runner", "credentials.json");
        await File.WriteAllTextAsync(file, $$"""{"https://127.0.0.1:{{_server.Port}}": "{{Token}}-file"}""");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _server.Before = context => context.Request.Path == "/oidc" && context.Request.Headers.Authorization == $"Bearer {Token}-job"
            ? Results.Text($$"""{"value": "{{Token}}-identity"}""", "application/json")
            : null;
        Dictionary<string, string>[] sources =
        [
            new() { ["ANALYSIS_RUNNER_TOKEN"] = Token + "-environment" },
            new() { ["XDG_CONFIG_HOME"] = configuration },
            new() { ["XDG_CONFIG_HOME"] = "/nowhere", ["ACTIONS_ID_TOKEN_REQUEST_URL"] = $"https://127.0.0.1:{_server.Port}/oidc?v=1", ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = Token + "-job" },
        ];

        foreach (var source in sources)
        {
            source["SSL_CERT_FILE"] = _trust;
            var accepted = await SubmitAsync($"https://127.0.0.1:{_server.Port}", source, $"-bl:{binlog}", "-v:diagnostic");
            accepted.ExitCode.ShouldBe(0, accepted.Output);
            accepted.Output.ShouldNotContain(Token);
            (await TextOfAsync(binlog)).ShouldNotContain(Token);
        }
        _server.Submissions.Select(submission => submission.Authorization).ShouldBe([$"Bearer {Token}-environment", $"Bearer {Token}-file", $"Bearer {Token}-identity"]);

        (await SubmitAsync($"https://127.0.0.1:{_server.Port}", new() { ["XDG_CONFIG_HOME"] = "/nowhere", ["SSL_CERT_FILE"] = _trust })).ShouldBeRefused("AR1017", "ANALYSIS_RUNNER_TOKEN");
    }

    [LinuxFact]
    public async Task Says_when_the_provider_of_tokens_gives_none()
    {
        _server.Before = context => context.Request.Path == "/oidc" ? Results.StatusCode(500) : null;
        var job = new Dictionary<string, string>
        {
            ["SSL_CERT_FILE"] = _trust,
            ["XDG_CONFIG_HOME"] = "/nowhere",
            ["ACTIONS_ID_TOKEN_REQUEST_URL"] = $"https://127.0.0.1:{_server.Port}/oidc?v=1",
            ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = Token,
        };

        (await SubmitAsync($"https://127.0.0.1:{_server.Port}", job)).ShouldBeRefused("AR1053", "GitHub Actions answered 500");

        _server.Submissions.ShouldBeEmpty();
    }

    [LinuxFact]
    public async Task Passes_on_what_the_server_says_and_repeats_what_may_be_repeated_with_one_key()
    {
        var url = $"https://127.0.0.1:{_server.Port}";
        var environment = new Dictionary<string, string> { ["ANALYSIS_RUNNER_TOKEN"] = Token, ["SSL_CERT_FILE"] = _trust };

        _server.Before = context => context.Request.Path == "/api/v1/submissions" ? TestServer.Refuse(403, "AR6199", "The dataset 'fewgenomes' is closed on Sundays.") : null;
        (await SubmitAsync(url, environment)).ShouldBeRefused("AR6199", "closed on Sundays");

        _server.Before = _ => TestServer.Refuse(426, "AR6198", "This server takes AnalysisRunner.Sdk 9 and newer.");
        (await SubmitAsync(url, environment)).ShouldBeRefused("AR6198", "9 and newer");

        _server.Before = _ => TestServer.Version("0.1.0", api: 0);
        (await SubmitAsync(url, environment)).ShouldBeRefused("AR1014", "0.1.0");

        var keys = new List<string>();
        _server.Before = context =>
        {
            if (context.Request.Path != "/api/v1/submissions") return null;
            keys.Add(context.Request.Headers["Idempotency-Key"].ToString());
            if (keys.Count == 1) context.Abort();
            return keys.Count < 3 ? Results.StatusCode(503) : null;
        };
        var accepted = await SubmitAsync(url, environment);
        accepted.ExitCode.ShouldBe(0, accepted.Output);
        keys.Count.ShouldBe(3);
        keys.Distinct().ShouldHaveSingleItem();
        _server.Submissions.ShouldHaveSingleItem();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _remote.DisposeAsync();
        await _analysis.DisposeAsync();
    }

    public void Dispose() => _authority.Dispose();

    private async Task<Outcome> SubmitAsync(string url, Dictionary<string, string> more, params string[] arguments)
    {
        var environment = new Dictionary<string, string>(_remote.Environment);
        foreach (var (name, value) in more) environment[name] = value;
        await using var submit = Command.Start(
            "dotnet",
            ["build", _analysis.Project, "-t:Submit", "-p:Dataset=fewgenomes", $"-p:RunnerUrl={url}", "-nodeReuse:false", "-tl:off", .. arguments],
            _analysis.Root,
            environment);
        return new Outcome(await submit.EndAsync(), submit.Output);
    }

    /// <summary>All that is in a binary log.</summary>
    private static async Task<string> TextOfAsync(string binlog)
    {
        await using var unzipped = new System.IO.Compression.GZipStream(File.OpenRead(binlog), System.IO.Compression.CompressionMode.Decompress);
        using var content = new MemoryStream();
        await unzipped.CopyToAsync(content);
        return Encoding.UTF8.GetString(content.ToArray());
    }
}
