using AnalysisRunner.Contracts;
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
