using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;

namespace AnalysisRunner.Server.Tests.Runs;

public sealed class RunTests
{
    [GitFact]
    public async Task A_script_runs_from_a_clean_checkout_with_its_config_environment_and_arguments()
    {
        await using var runner = await TestRunner.StartAsync();
        var layer = runner.Repository.Commit("layer", "conf/a.toml", "[mine]\nx = 1\n[workflow]\nname = \"w\"\n");
        var request = runner.Script(
            """
            echo "head $(git rev-parse HEAD) in $PWD"
            echo "config $(cat "$CPG_CONFIG_PATH" | grep -c '^x = 1$')"
            echo "user $MINE; ar-guid $ANALYSIS_RUNNER_AR_GUID; leaked ${LEAKED:-no}"
            printf 'argument <%s>\n' "$@"
            test "$(stat -c %a "$ANALYSIS_RUNNER_TOKEN_FILE")" = 600
            """,
            "a b", "$(id)", "'quoted'", "") with
        {
            Environment = new Dictionary<string, string> { ["MINE"] = "it's; $(touch x)\nline 2" },
            Config = [new ConfigLayer("conf/a.toml")],
            Repository = "https://github.com/owner/name",
        };
        Environment.SetEnvironmentVariable("LEAKED", "yes");
        // What is only in the work tree does not run.
        File.WriteAllText(Path.Combine(runner.Repository.Folder, "run.sh"), "exit 9");

        var run = await runner.RunAsync(request);

        var log = await runner.LogAsync(run.ArGuid);
        run.State.ShouldBe(InvocationState.Succeeded, run.Reason + log);
        run.ExitCode.ShouldBe(0);
        run.Steps.Select(step => (step.Name, step.ExitCode)).ShouldBe([("checkout", 0), ("run", 0)]);
        run.Steps.ShouldAllBe(step => step.FinishedAt >= step.StartedAt);
        run.OutputPrefix.ShouldBe($"run/{request.Commit![..12]}/{run.ArGuid}");
        run.EnvironmentNames.ShouldBe(["MINE"]);
        run.ConfigSha256.ShouldNotBeNull();
        char.IsAsciiLetterLower(run.ArGuid[0]).ShouldBeTrue();
        log.ShouldContain("==> checkout\n");
        log.ShouldContain($"head {request.Commit} in ");
        log.ShouldNotContain(runner.Repository.Folder);
        log.ShouldContain("config 1\n");
        log.ShouldContain($"user it's; $(touch x)\nline 2; ar-guid {run.ArGuid}; leaked no\n");
        log.ShouldContain("argument <a b>\nargument <$(id)>\nargument <'quoted'>\nargument <>\n");
        Directory.Exists(Path.Combine(runner.State, "runs", run.ArGuid)).ShouldBeFalse();
        var config = await runner.Api.GetConfigAsync(run.ArGuid, TestRunner.Limit());
        config.ShouldContain($"ar-guid = \"{run.ArGuid}\"");
        config.ShouldContain("[storage.fewgenomes]");
        config.ShouldContain("name = \"w\"");
        layer.ShouldNotBe(request.Commit);
    }

    [GitFact]
    public async Task A_failing_script_fails_the_invocation_and_says_which_step()
    {
        await using var runner = await TestRunner.StartAsync();

        var run = await runner.RunAsync(runner.Script("echo before; exit 7"));

        run.State.ShouldBe(InvocationState.Failed);
        run.ExitCode.ShouldBe(7);
        run.Reason.ShouldBe("The step 'run' failed with exit code 7.");
        (await runner.LogAsync(run.ArGuid)).ShouldContain("before\n==> run failed: exit code 7\n");
    }

    [GitFact]
    public async Task Programs_of_the_path_and_folders_are_run_where_the_request_says()
    {
        await using var runner = await TestRunner.StartAsync();
        var sha = runner.Repository.Commit("data", "sub dir/it's.txt", "content of the file");

        var run = await runner.RunAsync(runner.Request(sha, "cat", "it's.txt") with { WorkingDirectory = "sub dir" });

        (await runner.LogAsync(run.ArGuid)).ShouldEndWith("==> run\ncontent of the file");
    }

    [GitFact]
    public async Task An_invocation_ends_when_its_batches_have_and_fails_when_one_failed()
    {
        await using var runner = await TestRunner.StartAsync();
        using var gate = new Gate(runner.Repository.Root);
        var accepted = await runner.SubmitAsync(runner.Script($"cat '{gate.Path}'"));
        var api = await JobApiAsync(runner, accepted.ArGuid);

        var batch = await api.SubmitBatchAsync(Batch("child", "echo in the job; exit 3"), TestRunner.Limit());
        var again = await api.SubmitBatchAsync(Batch("child", "echo in the job; exit 3"), TestRunner.Limit());
        await using (var log = api.ReadJobLogAsync(batch.Key, 1, null, 0, true, TestRunner.Limit()).GetAsyncEnumerator())
        {
            (await log.MoveNextAsync()).ShouldBeTrue();
            System.Text.Encoding.UTF8.GetString(log.Current.Span).ShouldBe("in the job\n");
        }
        (await runner.Api.GetInvocationAsync(accepted.ArGuid, TestRunner.Limit())).IsFinal.ShouldBeFalse();
        gate.Open();
        var run = await runner.EndOfAsync(accepted.ArGuid);

        again.Key.ShouldBe(batch.Key);
        batch.Key.ShouldStartWith(accepted.ArGuid);
        run.State.ShouldBe(InvocationState.Failed);
        run.ExitCode.ShouldBe(0);
        run.Reason!.ShouldContain("'child'");
        run.Batches.ShouldHaveSingleItem().State.ShouldBe(BatchState.Failed);
        var late = await Should.ThrowAsync<AnalysisRunnerException>(api.SubmitBatchAsync(Batch("late", "true"), TestRunner.Limit()));
        late.Problems[0].Code.ShouldBe(PolicyCodes.TokenInvalid);
    }

    [GitFact]
    public async Task A_job_larger_than_the_machine_is_refused_at_submission()
    {
        await using var runner = await TestRunner.StartAsync();
        using var gate = new Gate(runner.Repository.Root);
        var accepted = await runner.SubmitAsync(runner.Script($"cat '{gate.Path}'"));
        var api = await JobApiAsync(runner, accepted.ArGuid);
        var spec = Batch("huge", "true");

        var refusal = await Should.ThrowAsync<AnalysisRunnerException>(
            api.SubmitBatchAsync(spec with { Jobs = [spec.Jobs[0] with { MilliCpu = 1_000_000_000 }] }, TestRunner.Limit()));
        gate.Open();

        refusal.Problems[0].Code.ShouldStartWith("AR");
        var run = await runner.EndOfAsync(accepted.ArGuid);
        run.State.ShouldBe(InvocationState.Failed);
        run.Reason!.ShouldContain("huge");
    }

    [GitFact]
    public async Task A_token_of_a_driver_sees_and_does_nothing_beyond_its_own_invocation()
    {
        await using var runner = await TestRunner.StartAsync();
        using var gate = new Gate(runner.Repository.Root);
        var other = await runner.RunAsync(runner.Script("echo other"));
        var accepted = await runner.SubmitAsync(runner.Script($"cat '{gate.Path}'"));
        var api = await JobApiAsync(runner, accepted.ArGuid);

        await ShouldBe(PolicyCodes.Unknown, api.GetBatchAsync(other.ArGuid, TestRunner.Limit()));
        await ShouldBe(PolicyCodes.Unknown, api.GetInvocationAsync(other.ArGuid, TestRunner.Limit()));
        await ShouldBe(PolicyCodes.TokenForbidden, api.ListInvocationsAsync(10, TestRunner.Limit()));
        await ShouldBe(PolicyCodes.TokenForbidden, api.SubmitAsync(runner.Request(other.Commit, "true"), "k", TestRunner.Limit()));
        await ShouldBe(PolicyCodes.TokenForbidden, api.CancelAsync(accepted.ArGuid, TestRunner.Limit()));
        await ShouldBe(PolicyCodes.TokenForbidden, api.CreateSignInLinkAsync(TestRunner.Limit()));
        await ShouldBe(PolicyCodes.TokenForbidden, api.ShutDownAsync(true, TestRunner.Limit()));
        // The attribute that names an invocation means nothing beside a token that does.
        var batch = await api.SubmitBatchAsync(
            Batch("mine", "true") with { Attributes = new Dictionary<string, string> { ["ar-guid"] = other.ArGuid } }, TestRunner.Limit());
        batch.Key.ShouldStartWith(accepted.ArGuid);
        // The owner has to say which invocation is meant.
        await ShouldBe(PolicyCodes.BatchNotAttached, runner.Api.SubmitBatchAsync(Batch("loose", "true"), TestRunner.Limit()));
        await ShouldBe(PolicyCodes.InvocationEnded, runner.Api.SubmitBatchAsync(
            Batch("late", "true") with { Attributes = new Dictionary<string, string> { ["ar-guid"] = other.ArGuid } }, TestRunner.Limit()));
        gate.Open();
        (await runner.EndOfAsync(accepted.ArGuid)).State.ShouldBe(InvocationState.Succeeded);
    }

    [GitFact]
    public async Task A_cancelled_invocation_ends_as_cancelled_with_its_batches()
    {
        await using var runner = await TestRunner.StartAsync();
        using var gate = new Gate(runner.Repository.Root);
        var accepted = await runner.SubmitAsync(runner.Script($"cat '{gate.Path}'"));
        var api = await JobApiAsync(runner, accepted.ArGuid);
        await api.SubmitBatchAsync(Batch("long", "sleep 1000"), TestRunner.Limit());

        await runner.Api.CancelAsync(accepted.ArGuid, TestRunner.Limit());
        var run = await runner.EndOfAsync(accepted.ArGuid);

        run.State.ShouldBe(InvocationState.Cancelled);
        run.Reason.ShouldBe("Cancelled by alice.");
        run.Batches.ShouldHaveSingleItem().State.ShouldBe(BatchState.Cancelled);
    }

    [GitFact]
    public async Task Events_resume_after_the_last_one_seen_and_a_followed_log_ends_with_the_run()
    {
        await using var runner = await TestRunner.StartAsync();
        using var gate = new Gate(runner.Repository.Root);
        var accepted = await runner.SubmitAsync(runner.Script($"echo first; cat '{gate.Path}'; echo last"));
        var followed = runner.LogAsync(accepted.ArGuid, follow: true);
        await JobApiAsync(runner, accepted.ArGuid);
        gate.Open();
        (await followed).ShouldEndWith("first\nlast\n");

        var all = await EventsAsync(runner, accepted.ArGuid, 0);
        var rest = await EventsAsync(runner, accepted.ArGuid, all[1].Sequence);

        all.Select(e => e.Sequence).ShouldBeInOrder();
        rest.ShouldBe(all.Skip(2));
        all[^1].Type.ShouldBe("state");
        (await runner.LogAsync(accepted.ArGuid, offset: 4)).ShouldStartWith("checkout\n");
    }

    /// <summary>The API with the token of a driver, once it runs its run step.</summary>
    internal static async Task<Client.AnalysisRunnerApi> JobApiAsync(TestRunner runner, string arGuid)
    {
        await foreach (var found in runner.Api.FollowEventsAsync(arGuid, 0, TestRunner.Limit()))
        {
            if (found.Type == "step" && found.Detail.StartsWith("run", StringComparison.Ordinal)) break;
        }
        return runner.Connect(await File.ReadAllTextAsync(Path.Combine(runner.State, "runs", arGuid, "token")));
    }

    private static async Task<List<InvocationEvent>> EventsAsync(TestRunner runner, string arGuid, long after)
    {
        var events = new List<InvocationEvent>();
        await foreach (var found in runner.Api.FollowEventsAsync(arGuid, after, TestRunner.Limit())) events.Add(found);
        return events;
    }

    private static async Task ShouldBe(string code, Task call) =>
        (await Should.ThrowAsync<AnalysisRunnerException>(call)).Problems[0].Code.ShouldBe(code);

    internal static BatchSpec Batch(string key, string command) =>
        new() { Key = key, Name = key, Jobs = [new JobSpec { Id = 1, Name = "job", Command = command }] };
}

/// <summary>A named pipe that a script waits at until the test opens it.</summary>
internal sealed class Gate : IDisposable
{
    public Gate(string folder)
    {
        Path = System.IO.Path.Combine(folder, "gate-" + Guid.NewGuid().ToString("N"));
        UserRepository.Run("mkfifo", folder, [Path]).Exit.ShouldBe(0);
    }

    public string Path { get; }

    public void Open() => UserRepository.Bash($"printf '' > '{Path}'", "/").Exit.ShouldBe(0);

    public void Dispose() => File.Delete(Path);
}
