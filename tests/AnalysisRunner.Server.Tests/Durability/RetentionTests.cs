using AnalysisRunner.Contracts;
using AnalysisRunner.Engines;
using AnalysisRunner.Server.Code;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace AnalysisRunner.Server.Tests.Durability;

/// <summary>What is forgotten, and what never.</summary>
public sealed class RetentionTests
{
    private static CancellationToken None => CancellationToken.None;

    [GitFact]
    public async Task Logs_of_ended_runs_are_forgotten_and_their_records_and_configs_stay()
    {
        await using var server = await TestServer.StartAsync("[retention]\nlogs = \"1ms\"\ndenials = \"1ms\"\n\n" + TestServer.DefaultDatasets);
        var sha = server.PushScript("echo printed");
        var ended = await server.RunAsync(TestServer.Request(sha, "./run.sh"));
        using var gate = new Gate(server.Repository.Root);
        var held = (await server.SubmitAsync(TestServer.Request(server.PushScript($"echo held; cat '{gate.Path}'"), "./run.sh"))).ArGuid;
        await server.RefusalAsync(TestServer.Request(sha, "./run.sh"), "bob@example.org");
        (await server.LogOfAsync(ended.ArGuid)).ShouldContain("printed");

        await server.Server.Services.GetRequiredService<Retention>().ForgetAsync(None);

        (await server.LogOfAsync(ended.ArGuid)).ShouldBeEmpty();
        (await server.InvocationLog.ListDenialsAsync(10, null, None)).ShouldBeEmpty();
        (await server.InvocationLog.GetAsync(ended.ArGuid, None))!.Invocation.State.ShouldBe(InvocationState.Succeeded);
        File.Exists(ended.ConfigPath).ShouldBeTrue();
        gate.Open();
        (await server.EndOfAsync(held)).State.ShouldBe(InvocationState.Succeeded);
        (await server.LogOfAsync(held)).ShouldContain("held");
    }

    [GitFact]
    public async Task Scratch_is_forgotten_by_age_before_logs_are()
    {
        await using var server = await TestServer.StartAsync("[retention]\nscratch = \"1ms\"\n\n" + TestServer.DefaultDatasets);
        var ended = await FailAsync(server);
        (await ScratchAsync(server)).ShouldBeGreaterThan(0);

        await server.Server.Services.GetRequiredService<Retention>().ForgetAsync(None);

        (await ScratchAsync(server)).ShouldBe(0);
        (await server.LogOfAsync(ended)).ShouldContain("printed");
    }

    [GitFact]
    public async Task Above_a_size_the_scratch_and_then_the_logs_of_the_longest_ended_runs_go_and_nothing_of_what_runs()
    {
        await using var server = await TestServer.StartAsync("[retention]\nscratch_size_mb = 3\n\n" + TestServer.DefaultDatasets);
        var (first, second) = (await FailAsync(server), await FailAsync(server));
        using var gate = new Gate(server.Repository.Root);
        var held = (await server.SubmitAsync(TestServer.Request(server.PushScript($"echo held; cat '{gate.Path}'; head -c 9000000 /dev/zero"), "./run.sh"))).ArGuid;
        var retention = server.Server.Services.GetRequiredService<Retention>();

        // Two of 2 MiB each: one has to go, and it is the first.
        await retention.ForgetAsync(None);
        (await KeptAsync(server)).ShouldBe([(first, false), (second, true)]);

        server.WriteSettings("[retention]\nlogs_size_mb = 1\n\n" + TestServer.DefaultDatasets);
        server.Server.Services.GetRequiredService<Server.Settings.SettingsReload>().Look().ShouldBeTrue();
        await retention.ForgetAsync(None);
        (await KeptAsync(server)).Count.ShouldBe(2, "logs are small yet");
        gate.Open();
        await server.EndOfAsync(held);
        await retention.ForgetAsync(None);
        (await KeptAsync(server)).ShouldBeEmpty("with the log of 9 MB, the longest ended go first, and it goes as well");
        (await server.LogOfAsync(held)).ShouldBeEmpty();
        (await server.InvocationLog.GetAsync(first, None))!.Invocation.State.ShouldBe(InvocationState.Failed);
    }

    private static async Task<string> FailAsync(TestServer server)
    {
        var run = await server.RunAsync(TestServer.Request(server.PushScript("echo printed; head -c 2097152 /dev/zero > \"$BATCH_TMPDIR/large\"; exit 1"), "./run.sh"));
        run.State.ShouldBe(InvocationState.Failed);
        return run.ArGuid;
    }

    private static async Task<long> ScratchAsync(TestServer server)
    {
        var bytes = 0L;
        await foreach (var batch in Engine(server).ListKeptAsync(measures: true, None)) bytes += batch.ScratchBytes;
        return bytes;
    }

    private static async Task<List<(string ArGuid, bool HasScratch)>> KeptAsync(TestServer server)
    {
        var kept = new List<KeptBatch>();
        await foreach (var batch in Engine(server).ListKeptAsync(measures: true, None)) kept.Add(batch);
        return [.. kept.OrderBy(batch => batch.EndedAt).Select(batch => (batch.Key, batch.ScratchBytes > 2_000_000))];
    }

    private static IBatchEngine Engine(TestServer server) => server.Server.Services.GetRequiredService<IBatchEngine>();

    [GitFact]
    public async Task Mirrors_that_nobody_uses_are_forgotten_and_cloned_again()
    {
        using var user = new UserRepository("clone");
        var bares = new[] { "one", "two" }.Select(name => Path.Combine(user.Root, "remotes", name)).ToArray();
        var sha = user.Commit("first");
        foreach (var bare in bares)
        {
            Directory.CreateDirectory(bare);
            UserRepository.GitIn(bare, "init", "--quiet", "--bare", "--initial-branch=main");
            user.Git("push", "--quiet", bare, "HEAD:refs/heads/main");
        }
        var time = new Record.SettableTime();
        using var mirrors = new RepositoryMirrors(user.MirrorFolder, GitProcess.FindProgram(), time);
        var remotes = bares.Select(bare => new RemoteRepository { Name = "demo", Address = "file://" + bare, DefaultBranch = "main" }).ToArray();
        var first = (await mirrors.ResolveAsync(remotes[0], sha, None)).Mirror;
        time.Advance(TimeSpan.FromDays(2));
        var second = (await mirrors.ResolveAsync(remotes[1], sha, None)).Mirror;
        time.Advance(TimeSpan.FromDays(1));
        var twoDaysAgo = time.GetUtcNow().AddDays(-2);

        (await mirrors.ForgetAsync(twoDaysAgo, null, mirror => mirror == first, None)).ShouldBeEmpty();
        (await mirrors.ForgetAsync(null, long.MaxValue, _ => false, None)).ShouldBeEmpty();
        (await mirrors.ForgetAsync(twoDaysAgo, null, _ => false, None)).ShouldBe([first]);
        Directory.GetDirectories(user.MirrorFolder).ShouldBe([second]);
        (await mirrors.ForgetAsync(null, 0, _ => false, None)).ShouldBe([second]);

        foreach (var remote in remotes) (await mirrors.ResolveAsync(remote, sha, None)).Commit.ToString().ShouldBe(sha);
        // What has just been used is about to be recorded.
        (await mirrors.ForgetAsync(null, 0, _ => false, None)).ShouldBeEmpty();
    }
}
