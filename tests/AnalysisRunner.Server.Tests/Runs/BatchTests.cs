using System.Globalization;
using System.Net;
using System.Text;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Pipelines;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Pages;

namespace AnalysisRunner.Server.Tests.Runs;

/// <summary>Batches that drivers hand over to a real server and its real engine.</summary>
public sealed class BatchTests
{
    /// <summary>One core for everything: drivers hold none of it, and two batches take turns.</summary>
    [GitFact]
    public async Task Two_drivers_and_their_batches_on_one_core_never_wait_for_each_other()
    {
        await using var runner = await TestRunner.StartAsync(change: OneCore);
        using var first = await WaitingDriver.StartAsync(runner);
        using var second = await WaitingDriver.StartAsync(runner);

        var runs = new[] { first, second }.Select(async driver =>
        {
            var batch = Batch.Create("both", driver.Program());
            for (var i = 0; i < 5; i++) batch.NewJob("job").Cpu(1).Command($"true");
            return (await batch.RunAsync(cancellation: TestRunner.Limit())).Key;
        });
        await Task.WhenAll(runs);

        (await first.EndAsync()).State.ShouldBe(InvocationState.Succeeded);
        (await second.EndAsync()).State.ShouldBe(InvocationState.Succeeded);
    }

    [GitFact]
    public async Task A_driver_that_is_started_again_hands_over_no_batch_twice()
    {
        await using var runner = await TestRunner.StartAsync();
        using var driver = await WaitingDriver.StartAsync(runner);
        var ran = Path.Combine(runner.Repository.Root, "ran");

        // The first process gets as far as its second batch; the next one begins from the start.
        await DescribeAsync(2);
        await DescribeAsync(3);
        var run = await driver.EndAsync();

        run.State.ShouldBe(InvocationState.Succeeded);
        run.Batches.Select(batch => batch.Name).ShouldBe(["sum", "sum", "report"], ignoreOrder: true);
        (await File.ReadAllLinesAsync(ran)).ShouldBe(["sum 0", "sum 1", "report 2"], ignoreOrder: true);

        async Task DescribeAsync(int until)
        {
            var program = driver.Program();
            foreach (var (name, i) in new[] { "sum", "sum", "report" }.Take(until).Select((name, i) => (name, i)))
            {
                var batch = Batch.Create(name, program);
                batch.NewJob("once").Command($"echo {name} {i} >> {ran}");
                await batch.RunAsync(cancellation: TestRunner.Limit());
            }
        }
    }

    /// <summary>hail-batch spec §7, fact 54: every third request fails and is sent again; nine batches of one job are nine jobs.</summary>
    [GitFact]
    public async Task Requests_that_are_sent_again_make_nothing_twice()
    {
        await using var runner = await TestRunner.StartAsync();
        using var driver = await WaitingDriver.StartAsync(runner);
        var ran = Path.Combine(runner.Repository.Root, "ran");
        var token = await File.ReadAllTextAsync(driver.TokenFile);
        using var failing = new EveryThirdFails();
        using var api = new AnalysisRunnerApi(runner.Url, _ => ValueTask.FromResult<string?>(token), failing, new RetryPolicy(4, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1)));

        for (var i = 0; i < 9; i++) await api.SubmitBatchAsync(Single($"b{i}", $"echo {i} >> '{ran}'"), TestRunner.Limit());
        var run = await driver.EndAsync();

        failing.Failures.ShouldBe(4);
        run.Batches.Count.ShouldBe(9);
        (await File.ReadAllLinesAsync(ran)).Order().ShouldBe(Enumerable.Range(0, 9).Select(i => $"{i}"));
    }

    /// <summary>hail-batch spec §7, fact 55: jobs with scripts of 900 KiB arrive, and run.</summary>
    [GitFact]
    public async Task Large_jobs_arrive_whole()
    {
        await using var runner = await TestRunner.StartAsync();
        using var driver = await WaitingDriver.StartAsync(runner);
        var batch = Batch.Create("large", driver.Program());
        var comment = new string('x', 900 * 1024);
        var jobs = Enumerable.Range(0, 4).Select(i => batch.NewJob($"job {i}").Command($": {comment}; echo done {i}")).ToList();

        var key = (await batch.RunAsync(cancellation: TestRunner.Limit())).Key;

        foreach (var job in jobs) (await LogAsync(driver.Api, key, job.Id)).ShouldBe($"done {job.Id - 1}\n");
        await driver.EndAsync();
    }

    /// <summary>
    /// More jobs than fit into one buffer anywhere on their way. <c>ANALYSIS_RUNNER_BATCH_JOBS=1000000</c> makes it a million.
    /// </summary>
    [GitFact]
    public async Task A_batch_of_many_jobs_goes_through()
    {
        var jobs = Environment.GetEnvironmentVariable("ANALYSIS_RUNNER_BATCH_JOBS") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 20_000;
        await using var runner = await TestRunner.StartAsync();
        using var driver = await WaitingDriver.StartAsync(runner);
        var batch = Batch.Create("many", driver.Program());
        var first = batch.NewJob("first");
        first.Command($"echo > {first.Output("out")}; exit 1");
        // None of them runs: the first one fails. What is to be seen is that all of them arrive.
        for (var i = 1; i < jobs; i++) batch.NewJob("next").Command($"cat {first["out"]}");

        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2) + TimeSpan.FromMilliseconds(jobs));
        var ended = await (await batch.RunAsync(wait: false, cancellation: patience.Token)).WaitAsync(patience.Token);

        ended.Jobs.ShouldBe(new JobCounts(0, 0, 0, 0, 1, jobs - 1));
        (await driver.Api.GetJobsAsync(ended.Key, jobs - 1, 10, TestRunner.Limit())).ShouldHaveSingleItem().Reason.ShouldBe("job 1 \"first\" failed");
        await driver.EndAsync();
    }

    [GitFact]
    public async Task A_batch_larger_than_the_setting_is_refused_with_the_setting()
    {
        await using var server = await TestServer.StartAsync(more: "batch_limit_mb = 1");
        using var http = server.Http(server.Issuer.Token());
        var spec = Single("b", new string('x', 3 << 20));

        using var response = await http.PostAsync("/api/v1/batches", new StringContent(
            System.Text.Json.JsonSerializer.Serialize(spec, ContractsJson.Default.BatchSpec), Encoding.UTF8, "application/json"));

        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        var problem = await response.Content.ReadAsStringAsync();
        problem.ShouldContain(PolicyCodes.TooLarge);
        problem.ShouldContain("1 MiB");
        problem.ShouldContain("batch_limit_mb");
    }

    /// <summary>hail-batch spec §7, fact 69: bytes that are no text come back unchanged; and groups, attempts and what they used are told.</summary>
    [GitFact]
    public async Task Groups_attempts_usage_and_logs_are_served()
    {
        await using var runner = await TestRunner.StartAsync();
        using var driver = await WaitingDriver.StartAsync(runner);
        var tried = Path.Combine(runner.Repository.Root, "tried");
        var batch = Batch.Create("served", driver.Program());
        var group = batch.NewJobGroup("pair");
        group.NewJob("second try").Attempts(2).Command($"for ((i = 0; i < 20000; i++)); do :; done; if [ ! -e {tried} ]; then touch {tried}; echo not yet; exit 3; fi; printf 'a\\xff\\x00b'");
        batch.NewJob("alone").Command($"true");

        var key = (await batch.RunAsync(cancellation: TestRunner.Limit())).Key;

        (await driver.Api.GetGroupsAsync(key, TestRunner.Limit())).ShouldBe([new(1, "pair", BatchState.Succeeded, new(0, 0, 0, 1, 0, 0))]);
        var attempts = await driver.Api.GetAttemptsAsync(key, 1, TestRunner.Limit());
        attempts.Select(attempt => (attempt.Number, attempt.State, attempt.ExitCode)).ShouldBe([(1, JobState.Failed, 3), (2, JobState.Succeeded, 0)]);
        attempts.ShouldAllBe(attempt => attempt.CpuMilliseconds > 0 && attempt.FinishedAt >= attempt.StartedAt);
        var jobs = await driver.Api.GetJobsAsync(key, 0, 10, TestRunner.Limit());
        (jobs[0].Attempts, jobs[0].CpuMilliseconds, jobs[0].PeakMemoryBytes).ShouldBe((2, attempts[1].CpuMilliseconds, attempts[1].PeakMemoryBytes));
        var log = new MemoryStream();
        await foreach (var piece in driver.Api.ReadJobLogAsync(key, 1, null, 0, false, TestRunner.Limit())) log.Write(piece.Span);
        log.ToArray().ShouldBe([(byte)'a', 0xff, 0, (byte)'b']);
        (await LogAsync(driver.Api, key, 1, attempt: 1)).ShouldBe("not yet\n");
        Encoding.Latin1.GetBytes(await LogAsync(driver.Api, key, 1, attempt: 2, Encoding.Latin1)).ShouldBe(log.ToArray());
        foreach (var (number, code) in new[] { (3, PolicyCodes.Unknown), (0, PolicyCodes.Parameter), (-1, PolicyCodes.Parameter) })
            (await RefusalAsync(LogAsync(driver.Api, key, 1, number))).ShouldBe(code, $"attempt {number}");
        using (var pages = await PageSession.SignInAsync(runner))
        {
            var page = $"/batches/{key}/jobs/1";
            var shown = await pages.GetStringAsync(page);
            foreach (var number in new[] { 1, 2 }) shown.ShouldContain($"href=\"{page}/attempts/{number}#log\"");
            const string Log = """aria-label="Log"[^>]*>\s*not yet""";
            shown.ShouldNotMatch(Log);
            var first = await pages.GetStringAsync($"{page}/attempts/1");
            first.ShouldContain("Log of attempt 1</h2>");
            first.ShouldMatch(Log);
            (await pages.GetStringAsync($"{page}/attempts/1/log")).ShouldBe("not yet\n");
            (await pages.GetStringAsync($"{page}/attempts/1/log/search?text=yet")).ShouldContain("not yet");
            (await pages.GetStringAsync($"{page}/log/search?text=yet")).ShouldContain("0 lines");
            using var download = await pages.GetAsync($"{page}/attempts/1/log?download");
            download.Content.Headers.ContentDisposition!.FileName!.Trim('"').ShouldBe($"{key}-1-1.log");
            foreach (var (path, status) in new[] { ("3", HttpStatusCode.NotFound), ("x", HttpStatusCode.BadRequest), ("3/log", HttpStatusCode.NotFound) })
            {
                using var refused = await pages.GetAsync($"{page}/attempts/{path}");
                refused.StatusCode.ShouldBe(status, path);
            }
        }
        (await RefusalAsync(driver.Api.GetAttemptsAsync(key, 3, TestRunner.Limit()))).ShouldBe(PolicyCodes.Unknown);
        (await RefusalAsync(driver.Api.GetGroupsAsync("unknown", TestRunner.Limit()))).ShouldBe(PolicyCodes.Unknown);
        await driver.EndAsync();
    }

    /// <summary>hail-batch spec §7, fact 63: a batch that is cancelled, or one that is gone, takes nothing more.</summary>
    [GitFact]
    public async Task An_invocation_that_is_cancelled_takes_no_further_batch()
    {
        await using var runner = await TestRunner.StartAsync();
        using var driver = await WaitingDriver.StartAsync(runner);
        await driver.Api.SubmitBatchAsync(Single("long", "sleep 1000"), TestRunner.Limit());

        await runner.Api.CancelAsync(driver.ArGuid, TestRunner.Limit());
        var refusal = await RefusalAsync(driver.Api.SubmitBatchAsync(Single("late", "true"), TestRunner.Limit()));
        var run = await runner.EndOfAsync(driver.ArGuid);

        // Its end, which may come first, makes its token void.
        refusal.ShouldBeOneOf(PolicyCodes.InvocationEnded, PolicyCodes.TokenInvalid);
        run.State.ShouldBe(InvocationState.Cancelled);
        run.Batches.ShouldHaveSingleItem().Name.ShouldBe("long");
    }

    /// <summary>hail-batch spec §7, fact 71: batches that are none are refused, each with what is wrong.</summary>
    [GitFact]
    public async Task A_body_that_is_no_batch_is_refused()
    {
        (string Body, string Named)[] bodies =
        [
            ("""{"name":"n","jobs":[]}""", "key"),
            ("""{"key":"k","jobs":[]}""", "name"),
            ("""{"key":"k","name":"n"}""", "jobs"),
            ("""{"key":"k","name":"n","jobs":[],"surprise":1}""", "surprise"),
            ("""{"key":"k","name":"n","jobs":"5"}""", "jobs"),
            ("""{"key":"k","name":null,"jobs":[]}""", "null"),
            ("""{"key":"k","name":"n","jobs":[{"id":1,"name":"j","command":"true","environment":{"A":null}}]}""", "null"),
            ("""{"key":"k","name":"n","jobs":[{"id":1,"name":"j","command":"true","environment":[]}]}""", "environment"),
            ("""{"key":"k","name":"n","jobs":[{"id":1,"name":"j","command":"true","attributes":{"a":1}}]}""", "attributes"),
            ("[]", "JSON"),
            ("null", "null"),
        ];
        await using var runner = await TestRunner.StartAsync();
        using var http = runner.Http(runner.Server.File.Token);

        foreach (var (body, named) in bodies)
        {
            using var response = await http.PostAsync("/api/v1/batches", new StringContent(body, Encoding.UTF8, "application/json"));
            var problem = await response.Content.ReadAsStringAsync();
            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest, $"{body}: {problem}");
            problem.ShouldContain(named);
        }
    }

    /// <summary>hail-batch spec §7, fact 74: to whoever is no member of the dataset its batches do not exist; another member reads them.</summary>
    [GitFact]
    public async Task Batches_are_seen_by_members_of_their_dataset_only()
    {
        await using var server = await TestServer.StartAsync(
            TestServer.DefaultDatasets.Replace("[\"Alice@example.org\"]", "[\"alice@example.org\", \"carol@example.org\"]", StringComparison.Ordinal));
        var run = await server.RunAsync(TestServer.Request(server.PushScript("true"), "./run.sh"));

        using var member = server.Connect("carol@example.org");
        using var stranger = server.Connect("bob@example.org");

        (await member.GetBatchAsync(run.ArGuid, TestRunner.Limit())).State.ShouldBe(BatchState.Succeeded);
        (await RefusalAsync(stranger.GetBatchAsync(run.ArGuid, TestRunner.Limit()))).ShouldBe(PolicyCodes.Unknown);
        (await RefusalAsync(stranger.GetJobsAsync(run.ArGuid, 0, 10, TestRunner.Limit()))).ShouldBe(PolicyCodes.Unknown);
        (await RefusalAsync(stranger.GetGroupsAsync(run.ArGuid, TestRunner.Limit()))).ShouldBe(PolicyCodes.Unknown);
        (await RefusalAsync(stranger.GetAttemptsAsync(run.ArGuid, 1, TestRunner.Limit()))).ShouldBe(PolicyCodes.Unknown);
        (await RefusalAsync(LogAsync(stranger, run.ArGuid, 1))).ShouldBe(PolicyCodes.Unknown);
    }

    /// <summary>How the engine works is what the settings say, for a server of many and for a local runner.</summary>
    [GitFact]
    public async Task The_settings_of_the_engine_are_obeyed()
    {
        await using var runner = await TestRunner.StartAsync(change: OneCore);
        using var driver = await WaitingDriver.StartAsync(runner);
        (await RefusalAsync(driver.Api.SubmitBatchAsync(Single("wide", "true") with { Jobs = [Job("true") with { MilliCpu = 1001 }] }, TestRunner.Limit()))).ShouldBe(EngineCodes.LargerThanCapacity);
        var ignored = await driver.Api.SubmitBatchAsync(Single("image", "echo ran") with { Jobs = [Job("echo ran") with { Image = "debian:12" }] }, TestRunner.Limit());
        await driver.EndAsync();
        (await LogAsync(runner.Api, ignored.Key, 1)).ShouldBe("analysis-runner: the image \"debian:12\" is ignored; this engine is set to run jobs without containers\nran\n");

        var refused = await Should.ThrowAsync<AnalysisRunnerException>(TestServer.StartAsync("[local_engine]\nisolation = \"bublewrap\"\n"));
        refused.Problems[0].Message.ShouldContain("bublewrap");
        refused = await Should.ThrowAsync<AnalysisRunnerException>(TestServer.StartAsync("[local_engine]\nmemory = \"much\"\n"));
        refused.Problems.Select(problem => problem.Code).ShouldBe([EngineCodes.EngineSettingMalformed]);
    }

    private static Server.Hosting.LocalRunnerOptions OneCore(Server.Hosting.LocalRunnerOptions options)
    {
        Directory.CreateDirectory(options.StateFolder);
        File.WriteAllText(Path.Combine(options.StateFolder, "engine.toml"), "[local_engine]\ncpu = \"1\"\nimages = \"ignore\"\n");
        return options;
    }

    private static async Task<string> LogAsync(AnalysisRunnerApi api, string key, int job, int? attempt = null, Encoding? encoding = null)
    {
        var log = new MemoryStream();
        await foreach (var piece in api.ReadJobLogAsync(key, job, attempt, 0, true, TestRunner.Limit())) log.Write(piece.Span);
        return (encoding ?? Encoding.UTF8).GetString(log.ToArray());
    }

    private static async Task<string> RefusalAsync(Task call) => (await Should.ThrowAsync<AnalysisRunnerException>(call)).Problems[0].Code;

    private static BatchSpec Single(string key, string command) => new() { Key = key, Name = key, Jobs = [Job(command)] };

    private static JobSpec Job(string command) => new() { Id = 1, Name = "job", Command = command };

    /// <summary>A server that has no time for every third request, at times after it did what was asked.</summary>
    private sealed class EveryThirdFails() : DelegatingHandler(new SocketsHttpHandler { UseProxy = false })
    {
        private int _requests;

        public int Failures { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (++_requests % 3 != 0) return await base.SendAsync(request, cancellationToken);
            Failures++;
            if (Failures % 2 == 0)
            {
                using var lost = await base.SendAsync(request, cancellationToken);
            }
            return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        }
    }
}
