using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Security.Oidc;

namespace AnalysisRunner.Server.Tests.Durability;

/// <summary>
/// A server program with a repository, an issuer and users who do not give up: they submit with one key until they are answered, and each run writes down
/// that it ran, and so does the job of the batch that it hands over.
/// </summary>
internal sealed class DurableServer : IAsyncDisposable
{
    private readonly UserRepository _repository = new("demo");
    private readonly ConcurrentDictionary<string, string> _accepted = new();

    private readonly bool _writesOutputs;

    private DurableServer(TestIssuer issuer, bool writesOutputs) => (Issuer, _writesOutputs) = (issuer, writesOutputs);

    public TestIssuer Issuer { get; }

    public ServerProgram Program { get; private set; } = null!;

    public string Root => _repository.Root;

    /// <summary>A line for each start of a run: its ar-guid.</summary>
    public string Runs => Path.Combine(Root, "runs");

    /// <summary>A line for each start of a run's job.</summary>
    public string Jobs => Path.Combine(Root, "jobs");

    public string Commit { get; private set; } = "";

    // To the storage and the prefix that the config names.
    private const string Output =
        """
        out=$(sed -n '/^default = /{s/^default = "\(.*\)"$/\1/p;q}' "$CPG_CONFIG_PATH")/$(sed -n 's/^output_prefix = "\(.*\)"$/\1/p' "$CPG_CONFIG_PATH")
        mkdir -p "$out"; echo "$ANALYSIS_RUNNER_AR_GUID" > "$out/made.txt"
        """;

    private string HoldFile => Path.Combine(Root, "hold");

    /// <summary>What was answered: the ar-guid of each key.</summary>
    public IReadOnlyDictionary<string, string> Accepted => _accepted;

    /// <summary>Makes one.</summary>
    /// <param name="more">More of the section [server], and sections after it.</param>
    /// <param name="state">The state folder; by default one of its own.</param>
    /// <param name="driversAreElsewhere">Whether drivers reach the server at its public address alone.</param>
    /// <param name="jobs">The jobs of the batch that a run hands over, in JSON; by default one that writes down that it ran.</param>
    /// <param name="writesOutputs">Whether each run makes an output.</param>
    public static async Task<DurableServer> CreateAsync(string more = "", string? state = null, bool driversAreElsewhere = false, Func<DurableServer, string>? jobs = null, bool writesOutputs = false)
    {
        var server = new DurableServer(await TestIssuer.StartAsync(), writesOutputs);
        var bare = Path.Combine(server.Root, "remotes", "demo");
        Directory.CreateDirectory(bare);
        UserRepository.GitIn(bare, "init", "--quiet", "--bare", "--initial-branch=main");
        server.Commit = server._repository.Commit("a run", "run.sh", server.Script(jobs?.Invoke(server) ?? server.OneJob()));
        server._repository.Git("push", "--quiet", bare, "HEAD:refs/heads/main");
        server.Program = server.AddProgram(state ?? Path.Combine(server.Root, "state"), more, driversAreElsewhere);
        return server;
    }

    /// <summary>Another server on the same repository.</summary>
    public ServerProgram AddProgram(string state, string more, bool driversAreElsewhere = false)
    {
        var settings = Path.Combine(Root, $"server-{Guid.NewGuid():N}.toml");
        var program = new ServerProgram(settings);
        File.WriteAllText(
            settings,
            $"""
            [server]
            state = "{state}"
            public_url = "{(driversAreElsewhere ? program.Url : "https://runner.example.org")}"
            repository_base = "file://{Root}/remotes/"
            {more}

            [identity.test]
            issuer = "{Issuer.Url}"
            audiences = ["{TestIssuer.Audience}"]

            [datasets.ds1]
            repositories = ["demo"]
            members = ["alice@example.org"]
            """);
        return program;
    }

    /// <summary>Submits until it is answered: again in the next life of a server that is gone.</summary>
    public async Task<string> SubmitAsync(string key, ServerProgram? program = null)
    {
        var target = program ?? Program;
        while (true)
        {
            var life = target.Life;
            try
            {
                using var response = await TrySubmitAsync(key, target);
                if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
                {
                    // It says itself that it will do later.
                    await Task.Delay(response.Headers.RetryAfter!.Delta!.Value / 4);
                    continue;
                }
                response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
                var answer = (await response.Content.ReadFromJsonAsync(ContractsJson.Default.SubmissionAccepted))!;
                _accepted.GetOrAdd(key, answer.ArGuid).ShouldBe(answer.ArGuid, $"key {key}");
                return answer.ArGuid;
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                await target.LifeAfterAsync(life);
            }
        }
    }

    /// <summary>Submits once; the answer is as it is.</summary>
    public async Task<HttpResponseMessage> TrySubmitAsync(string key, ServerProgram? program = null)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = (program ?? Program).Url };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/submissions")
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(Request(), ContractsJson.Default.SubmissionRequest)),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Issuer.Token());
        request.Headers.Add("Idempotency-Key", key);
        return await http.SendAsync(request, TestRunner.Limit());
    }

    /// <summary>Makes runs that start from now on wait.</summary>
    public void Hold() => File.WriteAllText(HoldFile, "");

    /// <summary>Lets them go on.</summary>
    public void Release() => File.Delete(HoldFile);

    /// <summary>Returns when a run has begun.</summary>
    public async Task StartedAsync(string arGuid)
    {
        using var api = Program.Connect(Issuer);
        await foreach (var found in api.FollowEventsAsync(arGuid, 0, TestRunner.Limit()))
        {
            if (found is { Type: "step", Detail: "run: started" }) return;
        }
    }

    /// <summary>Returns when nothing of a run is left: its files go when its driver has ended.</summary>
    public async Task GoneAsync(string arGuid)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (Directory.Exists(Path.Combine(Root, "state", "runs", arGuid))) await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
    }

    /// <summary>What the server says of itself.</summary>
    public async Task<(HttpStatusCode Status, string Text)> ReadyAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Program.Url };
        // An answer stands for a second, so the second one is about now.
        for (var first = true; ; first = false, await Task.Delay(TimeSpan.FromSeconds(1.2)))
        {
            using var answer = await http.GetAsync("/readyz", TestRunner.Limit());
            if (!first) return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
    }

    /// <summary>Returns when it says that it is ready; fails when it never does.</summary>
    public async Task ReadyAgainAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await ReadyAsync() is var (_, text) && text != "ready\n") limit.Token.ThrowIfCancellationRequested();
    }

    public SubmissionRequest Request() => new()
    {
        Dataset = "ds1",
        AccessLevel = "test",
        Description = "a test",
        Repository = "demo",
        Commit = Commit,
        Script = ["./run.sh"],
        Environment = new Dictionary<string, string> { ["GREETING"] = "hello" },
    };

    public async Task<Invocation> EndOfAsync(string arGuid, ServerProgram? program = null)
    {
        using var api = (program ?? Program).Connect(Issuer);
        await foreach (var _ in api.FollowEventsAsync(arGuid, 0, TestRunner.Limit()))
        {
        }
        return await api.GetInvocationAsync(arGuid, TestRunner.Limit());
    }

    /// <summary>Everything that must hold of all that was accepted, once all of it has ended.</summary>
    public async Task ShouldHaveLostAndDoubledNothingAsync(ServerProgram? program = null)
    {
        using var api = (program ?? Program).Connect(Issuer);
        foreach (var (key, arGuid) in _accepted)
        {
            var run = await EndOfAsync(arGuid, program);
            run.State.ShouldBe(InvocationState.Succeeded, $"{key}: {run.Reason}");
            var events = new List<InvocationEvent>();
            await foreach (var found in api.FollowEventsAsync(arGuid, 0, TestRunner.Limit())) events.Add(found);
            events.Count(found => found.Type == "state" && found.Detail.StartsWith("succeeded", StringComparison.Ordinal)).ShouldBe(1);
            events.ShouldNotContain(found => found.Detail.StartsWith("failed", StringComparison.Ordinal) || found.Detail.StartsWith("cancelled", StringComparison.Ordinal));
            run.Batches.Count.ShouldBe(1);
            run.Outputs.ShouldNotBeNull().Count.ShouldBe(_writesOutputs ? 1 : 0, key);
            run.Outputs!.Problem.ShouldBeNull(key);
            File.Exists(Path.Combine(run.OutputPath, ".analysis-runner", arGuid + ".json")).ShouldBe(_writesOutputs, key);
            var config = await File.ReadAllBytesAsync(run.ConfigPath);
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(config)).ShouldBe(run.ConfigSha256);
        }
        // Nothing else was recorded, and what ran is what was recorded, once.
        (await api.ListInvocationsAsync(500, TestRunner.Limit())).Select(run => run.ArGuid).Order().ShouldBe(_accepted.Values.Order());
        (await File.ReadAllLinesAsync(Runs)).Order().ShouldBe(_accepted.Values.Order());
        (await File.ReadAllLinesAsync(Jobs)).Order().ShouldBe(_accepted.Values.Order());
    }

    public async ValueTask DisposeAsync()
    {
        await Program.DisposeAsync();
        await Issuer.DisposeAsync();
        _repository.Dispose();
    }

    private string OneJob() => $$"""[{"id":1,"name":"job","command":"echo '"$ANALYSIS_RUNNER_AR_GUID"' >> {{Jobs}}"}]""";

    // The driver asks until the server is back, with one key, as the client library does.
    private string Script(string jobs) =>
        $$"""
        #!/bin/bash
        set -euo pipefail
        [ "$GREETING" = hello ]
        echo "$ANALYSIS_RUNNER_AR_GUID" >> '{{Runs}}'
        {{(_writesOutputs ? Output : "")}}
        while [ -e '{{HoldFile}}' ]; do sleep 0.05; done
        body='{"key":"work","name":"work","jobs":{{jobs}}}'
        until curl --silent --fail --output /dev/null --header "Authorization: Bearer $(cat "$ANALYSIS_RUNNER_TOKEN_FILE")" \
          --header 'Content-Type: application/json' --data "$body" "$ANALYSIS_RUNNER_URL/api/v1/batches"
        do sleep 0.05; done

        """;
}
