using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Tests.Code;

namespace AnalysisRunner.Server.Tests.Hosting;

/// <summary>A local runner in this process: real Kestrel, SQLite, git and engine, on a state folder of its own.</summary>
internal sealed class TestRunner : IAsyncDisposable
{
    private readonly bool _runsDrivers;

    private TestRunner(LocalRunnerServer server, UserRepository repository, string state, bool runsDrivers)
    {
        (Server, Repository, State, _runsDrivers) = (server, repository, state, runsDrivers);
        Api = Connect(server.File.Token);
    }

    public LocalRunnerServer Server { get; }

    public UserRepository Repository { get; }

    public string State { get; }

    public AnalysisRunnerApi Api { get; }

    public Uri Url => new(Server.File.Url);

    public static async Task<TestRunner> StartAsync(Func<IBatchEngine, IBatchEngine>? replaceEngine = null, Func<LocalRunnerOptions, LocalRunnerOptions>? change = null)
    {
        var repository = new UserRepository("tree");
        var state = Path.Combine(repository.Root, "runner");
        var options = new LocalRunnerOptions(state) { UserName = "alice" };
        var server = await LocalRunnerServer.StartAsync(change?.Invoke(options) ?? options, replaceEngine);
        return new TestRunner(server, repository, state, runsDrivers: replaceEngine is null);
    }

    public AnalysisRunnerApi Connect(string token) => new(Url, _ => ValueTask.FromResult<string?>(token));

    /// <summary>A raw client, without credentials unless <paramref name="token"/> is given.</summary>
    public HttpClient Http(string? token = null)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = Url };
        if (token is not null) http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return http;
    }

    /// <summary>Commits an executable script <c>run.sh</c> and describes its run.</summary>
    public SubmissionRequest Script(string body, params string[] arguments)
    {
        var sha = Repository.Commit("a run", "run.sh", "#!/bin/bash\nset -euo pipefail\n" + body + "\n");
        return Request(sha, ["./run.sh", .. arguments]);
    }

    public SubmissionRequest Request(string sha, params string[] script) => new()
    {
        Dataset = "fewgenomes",
        AccessLevel = "test",
        Description = "a test",
        WorkTree = Repository.Folder,
        Commit = sha,
        Branch = "main",
        Script = script,
    };

    public Task<SubmissionAccepted> SubmitAsync(SubmissionRequest request) => Api.SubmitAsync(request, Guid.NewGuid().ToString(), Limit());

    /// <summary>Submits and waits for the end.</summary>
    public async Task<Invocation> RunAsync(SubmissionRequest request) => await EndOfAsync((await SubmitAsync(request)).ArGuid);

    /// <summary>Waits for the end by the event stream.</summary>
    public async Task<Invocation> EndOfAsync(string arGuid)
    {
        await foreach (var _ in Api.FollowEventsAsync(arGuid, 0, Limit()))
        {
        }
        return await Api.GetInvocationAsync(arGuid, Limit());
    }

    public async Task<string> LogAsync(string arGuid, bool follow = false, long offset = 0)
    {
        var text = new MemoryStream();
        await foreach (var piece in Api.ReadLogAsync(arGuid, null, offset, follow, Limit())) text.Write(piece.Span);
        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>Nothing here takes so long; a hang becomes a failure.</summary>
    public static CancellationToken Limit() => new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token;

    public async ValueTask DisposeAsync()
    {
        // Drivers outlive a server on purpose; one that is left would go on writing to the folder that is about to be deleted.
        if (_runsDrivers)
        {
            foreach (var run in (await Api.ListInvocationsAsync(100, Limit())).Where(run => !run.IsFinal))
            {
                await Api.CancelAsync(run.ArGuid, Limit());
                await EndOfAsync(run.ArGuid);
            }
        }
        Api.Dispose();
        await Server.DisposeAsync();
        Repository.Dispose();
    }
}
