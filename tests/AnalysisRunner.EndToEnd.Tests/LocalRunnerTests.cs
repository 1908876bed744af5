using System.Net;
using AnalysisRunner.Contracts;
using AnalysisRunner.EndToEnd.Tests.Fixtures;

namespace AnalysisRunner.EndToEnd.Tests;

/// <summary>The local runner lives and dies as its users would wish.</summary>
public sealed class LocalRunnerTests
{
    [Fact]
    public async Task A_run_survives_the_death_of_the_runner_and_ends_in_one_truthful_state()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        await using var stop = await DriverStop.AddToAsync(analysis);
        await analysis.CommitAsync("Wait for the test");
        await using var first = analysis.StartSubmit();
        await first.LineAsync(DriverStop.Reached);
        var running = (await analysis.State.InvocationsAsync()).ShouldHaveSingleItem();

        await analysis.State.KillRunnerAsync();
        var status = await analysis.BuildAsync("-t:Submit", "-p:Dataset=other", "-p:AnalysisWait=false");
        status.ExitCode.ShouldBe(0, status.Output);
        await stop.OpenAsync();

        var ended = await analysis.State.FinalAsync(running.ArGuid);
        ended.State.ShouldBe(InvocationState.Succeeded, ended.Reason);
        (await analysis.State.DriverLogAsync(ended.ArGuid)).Split("driver goes on").Length.ShouldBe(2, "the driver ran exactly once");
        (await first.EndAsync()).ShouldBe(0, first.Output);

        var second = (await analysis.State.InvocationsAsync())[0];
        second.Dataset.ShouldBe("other");
        await stop.OpenAsync();
        (await analysis.State.FinalAsync(second.ArGuid)).State.ShouldBe(InvocationState.Succeeded);
    }

    [Fact]
    public async Task A_piped_build_ends_although_the_runner_lives_on()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();

        await using var piped = Command.Start(
            "bash",
            ["-c", "set -o pipefail; dotnet build analysis -t:Submit -p:Dataset=fewgenomes -nodeReuse:false -tl:off 2>&1 | cat"],
            analysis.Root,
            analysis.State.Environment);

        (await piped.EndAsync()).ShouldBe(0, piped.Output);
        LocalRunnerState.IsAlive(analysis.State.Runner().ShouldNotBeNull().Pid).ShouldBeTrue();
    }

    [TerminalFact]
    public async Task Ctrl_C_in_a_terminal_ends_the_wait_and_neither_the_run_nor_the_runner()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        await using var stop = await DriverStop.AddToAsync(analysis);
        await analysis.CommitAsync("Wait for the test");
        await using var terminal = Command.Start(
            "script",
            ["-qfec", "dotnet build analysis -t:Submit -p:Dataset=fewgenomes -nodeReuse:false -tl:off", "/dev/null"],
            analysis.Root,
            analysis.State.Environment);
        await terminal.LineAsync(DriverStop.Reached);

        await terminal.Input.WriteAsync('\x03');
        await terminal.Input.FlushAsync();

        (await terminal.EndAsync()).ShouldNotBe(0);
        terminal.Output.ShouldContain("AR1015");
        LocalRunnerState.IsAlive(analysis.State.Runner().ShouldNotBeNull().Pid).ShouldBeTrue();
        var invocation = (await analysis.State.InvocationsAsync()).ShouldHaveSingleItem();
        invocation.State.ShouldBe(InvocationState.Running);
        await stop.OpenAsync();
        (await analysis.State.FinalAsync(invocation.ArGuid)).State.ShouldBe(InvocationState.Succeeded);
    }

    [Fact]
    public async Task The_printed_link_signs_in_once_and_others_see_nothing()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        var submit = await analysis.SubmitAsync();
        submit.ExitCode.ShouldBe(0, submit.Output);
        var invocation = (await analysis.State.InvocationsAsync()).ShouldHaveSingleItem();
        var link = submit.Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .First(word => word.StartsWith(invocation.Url, StringComparison.Ordinal) && word.Contains("code=", StringComparison.Ordinal));
        using var browser = new HttpClient();
        using var stranger = new HttpClient();

        (await stranger.GetAsync(invocation.Url)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var page = await browser.GetStringAsync(link);
        page.ShouldContain(invocation.Commit);
        page.ShouldContain("fewgenomes");
        page.ShouldContain("second job");
        (await browser.GetAsync(invocation.Url)).StatusCode.ShouldBe(HttpStatusCode.OK, "the session goes on without the code");
        (await stranger.GetAsync(link)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, "the code works once");
        (await analysis.State.GetAsync("/api/v1/invocations", stranger)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        using var rebound = new HttpRequestMessage(HttpMethod.Get, invocation.Url) { Headers = { Host = "attacker.example" } };
        (await browser.SendAsync(rebound)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Its_files_are_for_its_owner_only_and_hold_no_token_but_in_runner_json()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        var binlog = Path.Combine(analysis.State.Folder, "submit.binlog");
        var submit = await analysis.SubmitAsync($"-bl:{binlog}", "-v:diagnostic");
        submit.ExitCode.ShouldBe(0);
        var runner = analysis.State.Runner().ShouldNotBeNull();

        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(analysis.State.Folder).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.GetUnixFileMode(Path.Combine(analysis.State.Folder, LocalRunnerFile.FileName))
                .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        submit.Output.ShouldNotContain(runner.Token);
        foreach (var log in Directory.EnumerateFiles(analysis.State.Folder, "*.log", SearchOption.AllDirectories))
            (await File.ReadAllTextAsync(log)).ShouldNotContain(runner.Token);
        await using var unzipped = Command.Start(
            "bash", ["-c", "gzip -dc < \"$BINLOG\" | grep -c -F \"$TOKEN\" || true"], analysis.Root,
            new Dictionary<string, string> { ["BINLOG"] = binlog, ["TOKEN"] = runner.Token });
        (await unzipped.EndAsync()).ShouldBe(0);
        unzipped.Output.Trim().ShouldBe("0");
    }

    [Fact]
    public async Task A_forced_stop_is_final_for_a_build_that_waits()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        await using var stop = await DriverStop.AddToAsync(analysis);
        await analysis.CommitAsync("Wait for the test");
        await using var waiting = analysis.StartSubmit();
        await waiting.LineAsync(DriverStop.Reached);
        var runner = analysis.State.Runner().ShouldNotBeNull();

        (await analysis.BuildAsync("-t:LocalRunnerStop")).ShouldBeRefused("AR6003", "running");
        var stopped = await analysis.BuildAsync("-t:LocalRunnerStop", "-p:Force=true");
        stopped.ExitCode.ShouldBe(0, stopped.Output);

        new Outcome(await waiting.EndAsync(), waiting.Output).ShouldBeRefused("AR1051", "goes on");
        LocalRunnerState.IsAlive(runner.Pid).ShouldBeFalse();
        analysis.State.Runner().ShouldBeNull("nobody started another");

        var next = await analysis.BuildAsync("-t:Submit", "-p:Dataset=other", "-p:AnalysisWait=false");
        next.ExitCode.ShouldBe(0, next.Output);
        await stop.OpenAsync();
        var ended = await analysis.State.FinalAsync((await analysis.State.InvocationsAsync())[^1].ArGuid);
        ended.State.ShouldBe(InvocationState.Succeeded, "the next runner took the run up");
        await stop.OpenAsync();
        await analysis.State.FinalAsync((await analysis.State.InvocationsAsync())[0].ArGuid);
    }

    [Fact]
    public async Task Is_seen_and_ended_by_targets_of_their_own()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        (await analysis.BuildAsync("-t:LocalRunnerStatus")).Output.ShouldContain("no local runner");
        (await analysis.SubmitAsync()).ExitCode.ShouldBe(0);
        var runner = analysis.State.Runner().ShouldNotBeNull();

        var status = await analysis.BuildAsync("-t:LocalRunnerStatus");
        var stopped = await analysis.BuildAsync("-t:LocalRunnerStop");

        status.ExitCode.ShouldBe(0, status.Output);
        status.Output.ShouldContain(runner.Url);
        status.Output.ShouldNotContain(runner.Token);
        stopped.ExitCode.ShouldBe(0, stopped.Output);
        LocalRunnerState.IsAlive(runner.Pid).ShouldBeFalse();
        analysis.State.Runner().ShouldBeNull();
    }
}
