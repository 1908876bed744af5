using System.Net;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Pipelines.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AnalysisRunner.Pipelines.Tests;

/// <summary>What is checked before a batch is handed over, and how it reaches a server.</summary>
public sealed class RunningTests : IDisposable
{
    private static readonly ProgressDisplay Nowhere = new(TextWriter.Null, null);

    private readonly string _folder = Directory.CreateTempSubdirectory("pipelines-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_empty_batch_is_refused() =>
        (await Described.Batch().RunAsync().ShouldThrowAsync<AnalysisRunnerException>()).Problems.Single().Code.ShouldBe("AR5104");

    [Fact]
    public async Task A_circle_is_refused_with_its_path()
    {
        var batch = Described.Batch();
        var (a, b, c) = (batch.NewJob("a"), batch.NewJob("b"), batch.NewJob("c"));
        batch.NewJob("outside").DependsOn(a);
        a.DependsOn(c);
        b.DependsOn(a);
        c.DependsOn(b);

        var problem = (await batch.RunAsync().ShouldThrowAsync<AnalysisRunnerException>()).Problems.Single();

        problem.Code.ShouldBe("AR5103");
        problem.Message.ShouldContain("\"a\" (1) → \"c\" (3) → \"b\" (2) → \"a\" (1)");
    }

    [Fact]
    public async Task A_job_that_waits_for_itself_is_a_circle()
    {
        var batch = Described.Batch();
        var job = batch.NewJob("a");
        job.DependsOn(job);

        (await batch.RunAsync().ShouldThrowAsync<AnalysisRunnerException>()).Problems.Single().Code.ShouldBe("AR5103");
    }

    [Fact]
    public async Task A_chain_of_a_hundred_thousand_jobs_is_checked()
    {
        var batch = Described.Batch();
        var last = batch.NewJob("0");
        for (var i = 1; i < 100_000; i++)
        {
            // Each waits for the one that is described after it: the deepest walk there is.
            var next = batch.NewJob("next");
            last.DependsOn(next);
            last = next;
        }

        await batch.RunAsync().ShouldThrowAsync<NotSupportedException>(); // Past the checks.
    }

    [Fact]
    public async Task Files_that_no_command_writes_are_refused_all_at_once()
    {
        var batch = Described.Batch();
        var first = batch.NewJob("first");
        first.Output("a");
        first.Output("b");
        batch.NewJob("second").Command($"cat {first["a"]}");

        var problems = (await batch.RunAsync().ShouldThrowAsync<AnalysisRunnerException>()).Problems;

        problems.Select(problem => problem.Code).ShouldBe(["AR5101", "AR5101"]);
        problems[0].File.ShouldEndWith("RunningTests.cs");
    }

    [Fact]
    public async Task Under_a_server_the_batch_is_handed_over_and_announced()
    {
        var received = new List<(string? Authorization, string? Key, BatchSpec Spec)>();
        await using var server = await ServeAsync(async context =>
        {
            var spec = await JsonSerializer.DeserializeAsync(context.Request.Body, ContractsJson.Default.BatchSpec);
            received.Add((context.Request.Headers.Authorization, context.Request.Headers["Idempotency-Key"], spec!));
            await context.Response.WriteAsJsonAsync(new BatchAccepted(spec!.Key, "http://x/" + spec.Key), ContractsJson.Default.BatchAccepted);
        });
        var output = new StringWriter();
        var host = BatchHost.For(Driver(server), new ProgressDisplay(output, null));

        for (var i = 0; i < 2; i++)
        {
            var batch = Batch.Create("Hello, World!", host).Attribute("kind", "greeting");
            var first = batch.NewJob("first");
            first.Command($"echo > {first.Output("out")}");
            var handle = await batch.RunAsync(wait: false);
            handle.Key.ShouldBe($"a1b2-{i + 1}-hello-world");
            handle.Url.ShouldBe($"http://x/{handle.Key}");
            (await batch.RunAsync(wait: false).ShouldThrowAsync<AnalysisRunnerException>()).Problems.Single().Code.ShouldBe("AR5111");
            Described.Code(() => first.Command($"true")).ShouldBe("AR5111");
        }

        received.Count.ShouldBe(2);
        var (authorization, key, sent) = received[0];
        authorization.ShouldBe("Bearer job-token");
        key.ShouldBe("a1b2-1-hello-world");
        sent.Name.ShouldBe("Hello, World!");
        sent.Attributes.ShouldBe(new Dictionary<string, string> { ["kind"] = "greeting", ["ar-guid"] = "a1b2" }, ignoreOrder: true);
        sent.Jobs[0].Attributes["ar-guid"].ShouldBe("a1b2");
        sent.Jobs[0].Environment["CPG_CONFIG_PATH"].ShouldBe($"/base.toml,gs://bucket/x.toml,{Path.GetFullPath("mine.toml")}");
        sent.Jobs[0].Environment["ANALYSIS_RUNNER_AR_GUID"].ShouldBe("a1b2");
        sent.Jobs[0].Environment.Keys.ShouldNotContain("ANALYSIS_RUNNER_TOKEN_FILE");
        output.ToString().ShouldBe("Submitted batch Hello, World!: http://x/a1b2-1-hello-world\nSubmitted batch Hello, World!: http://x/a1b2-2-hello-world\n");
    }

    [Fact]
    public async Task Waiting_under_a_server_throws_when_the_batch_failed()
    {
        var asked = 0;
        await using var server = await ServeAsync(context => context.Request.Method == "POST"
            ? context.Response.WriteAsJsonAsync(new BatchAccepted("k", "http://x/k"), ContractsJson.Default.BatchAccepted)
            : context.Response.WriteAsJsonAsync(
                new BatchSummary("k", "b", ++asked < 2 ? BatchState.Running : BatchState.Failed, new JobCounts(0, 0, 0, 0, 1, 0), DateTimeOffset.UnixEpoch, null),
                ContractsJson.Default.BatchSummary));
        var batch = Batch.Create("b", BatchHost.For(Driver(server), Nowhere));
        batch.NewJob("first").Command($"false");

        var failed = await batch.RunAsync().ShouldThrowAsync<AnalysisRunnerException>();

        failed.Problems.Single().Code.ShouldBe("AR5113");
        failed.Message.ShouldContain("http://x/k");
        asked.ShouldBe(2);
    }

    [Fact]
    public async Task A_driver_without_a_readable_token_says_so()
    {
        await using var server = await ServeAsync(_ => Task.CompletedTask);
        var driver = Driver(server);
        var batch = Batch.Create("b", BatchHost.For(name => name == DriverEnvironment.TokenFile ? Path.Combine(_folder, "absent") : driver(name), Nowhere));
        batch.NewJob("first").Command($"true");

        var refused = await batch.RunAsync().ShouldThrowAsync<AnalysisRunnerException>();

        refused.Problems.Single().Code.ShouldBe("AR5112");
        refused.Message.ShouldContain("absent");
    }

    [Theory]
    [InlineData(DriverEnvironment.TokenFile)]
    [InlineData(DriverEnvironment.ArGuid)]
    public void An_incomplete_driver_environment_is_refused(string missing) =>
        Described.Code(() => BatchHost.For(name => name == missing || name == "ANALYSIS_RUNNER_METHOD" ? null : "http://127.0.0.1:1/", Nowhere)).ShouldBe("AR5112");

    private Func<string, string?> Driver(WebApplication server)
    {
        var tokenFile = Path.Combine(_folder, "token");
        File.WriteAllText(tokenFile, "job-token\n");
        var environment = new Dictionary<string, string>
        {
            [DriverEnvironment.Url] = server.Urls.Single(),
            [DriverEnvironment.TokenFile] = tokenFile,
            [DriverEnvironment.ArGuid] = "a1b2",
            [DriverEnvironment.ConfigPath] = "/base.toml,gs://bucket/x.toml,mine.toml",
        };
        return name => environment.GetValueOrDefault(name);
    }

    private static async Task<WebApplication> ServeAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return app;
    }
}
