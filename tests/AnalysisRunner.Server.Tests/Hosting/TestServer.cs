using System.Net.Http.Headers;
using System.Text;
using Amazon.SecurityToken;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Telemetry;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Record;
using AnalysisRunner.Server.Tests.Security.Oidc;
using AnalysisRunner.Storage;
using AnalysisRunner.Storage.Gcs;
using AnalysisRunner.Storage.TestServers.Gcs;
using Microsoft.Extensions.DependencyInjection;

namespace AnalysisRunner.Server.Tests.Hosting;

/// <summary>A shared server in this process: real Kestrel, SQLite, git, engine and issuer, with repositories that it fetches from.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly bool _runsDrivers;
    private readonly Dictionary<string, string> _environment;
    private TimeProvider _time = TimeProvider.System;
    private TelemetryExport? _telemetry;

    private TestServer(UserRepository repository, TestIssuer issuer, bool runsDrivers, Dictionary<string, string> environment) =>
        (Repository, Issuer, _runsDrivers, _environment) = (repository, issuer, runsDrivers, environment);

    public SharedServer Server { get; private set; } = null!;

    /// <summary>The user's own clone; <see cref="Push"/> takes its commits to the remote.</summary>
    public UserRepository Repository { get; }

    public TestIssuer Issuer { get; }

    public MemoryStream Log { get; } = new();

    /// <summary>Opens the object stores, where they are not those of the environment; set while the server is prepared.</summary>
    public Func<ObjectStores> Stores { get; set; } = () => new ObjectStores();

    /// <summary>Gives roles to jobs; set while the server is prepared.</summary>
    public Func<IAmazonSecurityTokenService> SecurityTokens { get; set; } = () => throw new InvalidOperationException("This test has none.");

    /// <summary>Opens the Google service accounts of jobs; set while the server is prepared.</summary>
    public Func<string, CancellationToken, Task<ImpersonatedAccount>> ServiceAccounts { get; set; } = (_, _) => throw new InvalidOperationException("This test has none.");

    /// <summary>What the settings say about images; set while the server is prepared.</summary>
    public string Images { get; set; } = $"driver_image = \"{DriverImage}\"\nimage_prefixes = [\"registry.example.org/\"]";

    public string SettingsFile => Path.Combine(Repository.Root, "server.toml");

    public string State => Path.Combine(Repository.Root, "state");

    public string Remotes => Path.Combine(Repository.Root, "remotes");

    public Uri Url => new($"http://127.0.0.1:{Server.Address.Port}");

    public IInvocationLog InvocationLog => Server.Services.GetRequiredService<IInvocationLog>();

    public static async Task<TestServer> StartAsync(
        string datasets = DefaultDatasets, Func<IBatchEngine, IBatchEngine>? replaceEngine = null, Dictionary<string, string>? environment = null, string more = "",
        Action<TestServer>? prepare = null, TimeProvider? time = null, TelemetryExport? telemetry = null)
    {
        var server = new TestServer(new UserRepository("demo"), await TestIssuer.StartAsync(), replaceEngine is null, environment ?? []);
        server.AddRemote("demo");
        server.Repository.Git("remote", "add", "origin", Path.Combine(server.Remotes, "demo"));
        prepare?.Invoke(server);
        server.WriteSettings(datasets, more);
        (server._time, server._telemetry) = (time ?? TimeProvider.System, telemetry);
        await server.StartServerAsync(replaceEngine);
        return server;
    }

    /// <summary>The server's own image, by a digest: no registry is asked about it.</summary>
    public const string DriverImage = "registry.example.org/driver@sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b";

    public const string DefaultDatasets =
        """
        [datasets.ds1]
        project = "ds1-proj"
        repositories = ["demo"]
        members = ["Alice@example.org"]
        levels = ["test", "standard", "full"]
        repositoryless = ["test"]
        unenforced = true

        [datasets.other]
        project = "other-proj"
        repositories = ["demo"]
        members = ["bob@example.org"]

        """;

    public void WriteSettings(string datasets, string more = "") => File.WriteAllText(
        SettingsFile,
        $"""
        [server]
        state = "state"
        public_url = "https://runner.example.org"
        {Images}
        repository_base = "file://{Remotes}/"
        {more}

        [identity.test]
        issuer = "{Issuer.Url}"
        audiences = ["{TestIssuer.Audience}"]

        {datasets}
        """);

    /// <summary>Makes a bare repository that the server can fetch from.</summary>
    public string AddRemote(string name)
    {
        var folder = Path.Combine(Remotes, name);
        Directory.CreateDirectory(folder);
        UserRepository.GitIn(folder, "init", "--quiet", "--bare", "--initial-branch=main");
        return folder;
    }

    public void Push(string refspec = "HEAD:refs/heads/main") => Repository.Git("push", "--quiet", "--force", "origin", refspec);

    /// <summary>Commits an executable script <c>run.sh</c> and pushes it.</summary>
    public string PushScript(string body)
    {
        var sha = Repository.Commit("a run", "run.sh", "#!/bin/bash\nset -euo pipefail\n" + body + "\n");
        Push();
        return sha;
    }

    public static SubmissionRequest Request(string? commit, params string[] script) => new()
    {
        Dataset = "ds1",
        AccessLevel = "test",
        Description = "a test",
        Repository = commit is null ? null : "demo",
        Commit = commit,
        Script = script,
    };

    /// <summary>Has the server act as accounts of Google's stand-in; while it is prepared.</summary>
    public void Use(GoogleAccounts google) => ServiceAccounts = async (account, _) => new ImpersonatedAccount(await google.OwnAsync(), account, google.Clients);

    /// <summary>Records a run that nothing runs; the answer is its ar-guid and its driver's token.</summary>
    public async Task<(string ArGuid, string Token)> RecordAsync(int number, JobIdentity identity)
    {
        var submission = Samples.Submission(number);
        var arGuid = submission.Invocation.ArGuid;
        await InvocationLog.RecordAsync(submission with { Invocation = submission.Invocation with { Identity = identity } }, TestRunner.Limit());
        var token = Path.Combine(State, "runs", arGuid, "token");
        Directory.CreateDirectory(Path.GetDirectoryName(token)!);
        await File.WriteAllTextAsync(token, BearerTokens.NewJobToken(arGuid));
        return (arGuid, await File.ReadAllTextAsync(token));
    }

    public AnalysisRunnerApi Connect(string email = "alice@example.org") => new(Url, _ => ValueTask.FromResult<string?>(Issuer.Token(email)));

    /// <summary>The API with the token of a driver, once it runs.</summary>
    public async Task<AnalysisRunnerApi> DriverAsync(string arGuid)
    {
        await foreach (var found in InvocationLog.FollowEventsAsync(arGuid, 0, TestRunner.Limit()))
        {
            if (found.Type == "step" && found.Detail.StartsWith("run", StringComparison.Ordinal)) break;
        }
        var token = await File.ReadAllTextAsync(Path.Combine(State, "runs", arGuid, "token"));
        return new AnalysisRunnerApi(Url, _ => ValueTask.FromResult<string?>(token));
    }

    public HttpClient Http(string? token = null)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = Url };
        if (token is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    public async Task<SubmissionAccepted> SubmitAsync(SubmissionRequest request, string email = "alice@example.org")
    {
        using var api = Connect(email);
        return await api.SubmitAsync(request, Guid.NewGuid().ToString(), TestRunner.Limit());
    }

    /// <summary>The codes of a refusal.</summary>
    public async Task<IReadOnlyList<string>> RefusalAsync(SubmissionRequest request, string email = "alice@example.org") =>
        [.. (await Should.ThrowAsync<AnalysisRunnerException>(SubmitAsync(request, email))).Problems.Select(problem => problem.Code)];

    public async Task<Invocation> EndOfAsync(string arGuid)
    {
        await foreach (var _ in InvocationLog.FollowEventsAsync(arGuid, 0, TestRunner.Limit()))
        {
        }
        return (await InvocationLog.GetAsync(arGuid, TestRunner.Limit()))!.Invocation;
    }

    public async Task<Invocation> RunAsync(SubmissionRequest request) => await EndOfAsync((await SubmitAsync(request)).ArGuid);

    public async Task<string> LogOfAsync(string arGuid)
    {
        using var api = Connect();
        var text = new MemoryStream();
        await foreach (var piece in api.ReadLogAsync(arGuid, null, 0, false, TestRunner.Limit())) text.Write(piece.Span);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        if (_runsDrivers)
        {
            foreach (var run in await InvocationLog.ListUnfinishedAsync(TestRunner.Limit()))
            {
                await InvocationLog.RequestCancelAsync(run.Invocation.ArGuid, "test", TestRunner.Limit());
                Server.Services.GetRequiredService<Server.Runs.InvocationRunner>().Wake(run.Invocation.ArGuid);
                await EndOfAsync(run.Invocation.ArGuid);
            }
        }
        await Server.DisposeAsync();
        await Issuer.DisposeAsync();
        Repository.Dispose();
    }

    private async Task StartServerAsync(Func<IBatchEngine, IBatchEngine>? replaceEngine)
    {
        var source = new SettingsSource(SettingsFile, ReplacedEnvironment.Read(name => _environment.GetValueOrDefault(name)));
        Server = await SharedServer.StartAsync(new SharedServerOptions(source, ["http://127.0.0.1:0"]) { Log = Log, Time = _time, Telemetry = _telemetry, Stores = Stores, SecurityTokens = () => SecurityTokens(), ServiceAccounts = (account, cancellation) => ServiceAccounts(account, cancellation) }, replaceEngine);
    }

    /// <summary>Ends the server and starts it again on the same state.</summary>
    public async Task RestartAsync()
    {
        await Server.DisposeAsync();
        await StartServerAsync(null);
    }
}
