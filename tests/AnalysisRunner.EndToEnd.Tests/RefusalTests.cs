using AnalysisRunner.Contracts;
using AnalysisRunner.EndToEnd.Tests.Fixtures;

namespace AnalysisRunner.EndToEnd.Tests;

/// <summary>What cannot be submitted is refused in one line with a code, and nothing is sent.</summary>
public sealed class RefusalTests
{
    [Fact]
    public async Task Refuses_what_has_no_dataset_level_or_configuration()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();

        (await analysis.BuildAsync("-t:Submit")).ShouldBeRefused("AR1003", "HelloBatch.csproj");
        (await analysis.BuildAsync("-t:Submit", "-p:Dataset=Few/Genomes")).ShouldBeRefused("AR1004", "Few/Genomes");
        (await analysis.SubmitAsync("-p:AccessLevel=ful")).ShouldBeRefused("AR1006", "ful");
        (await analysis.SubmitAsync("-c", "Standrad")).ShouldBeRefused("AR1005", "Standrad");
        (await analysis.SubmitAsync("-c", "Full")).ShouldBeRefused("AR2016", "AnalysisConfirm");
        analysis.State.Runner().ShouldBeNull("nothing was sent, so nothing was started");
    }

    [Fact]
    public async Task Refuses_options_that_mean_nothing_all_at_once()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();

        var refused = await analysis.SubmitAsync("-p:AnalysisArguments='not closed", "-p:AnalysisCpu=two", "-p:RunnerUrl=http://user:s3cret@runner.example.org");

        refused.ShouldBeRefused("AR1007", "'not closed");
        refused.ShouldBeRefused("AR1008", "'two'");
        refused.ShouldBeRefused("AR1018", "runner.example.org");
        refused.Output.Split('\n').Where(line => line.Contains("error AR1018", StringComparison.Ordinal)).ShouldAllBe(line => !line.Contains("s3cret"));
    }

    [Fact]
    public async Task Refuses_a_folder_without_repository_or_commit()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        Directory.Delete(Path.Combine(analysis.Root, ".git"), recursive: true);
        (await analysis.SubmitAsync()).ShouldBeRefused("AR2011", analysis.Root);

        await analysis.GitAsync("init", "--quiet", "-b", "main");
        (await analysis.SubmitAsync()).ShouldBeRefused("AR2012", "commit");
        analysis.State.Runner().ShouldBeNull();
    }

    [Fact]
    public async Task Refuses_without_git_on_the_path()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        var folder = Directory.CreateTempSubdirectory("path ").FullName;
        File.CreateSymbolicLink(Path.Combine(folder, "dotnet"), DotnetProgram());
        var environment = new Dictionary<string, string>(analysis.State.Environment) { ["PATH"] = folder };

        await using var submit = Command.Start(
            "dotnet", ["build", analysis.Project, "-t:Submit", "-p:Dataset=fewgenomes", "-nodeReuse:false", "-tl:off"], analysis.Root, environment);
        new Outcome(await submit.EndAsync(), submit.Output).ShouldBeRefused("AR2008", "git");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Says_when_the_state_folder_cannot_be_written()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        var occupied = Path.Combine(analysis.State.Folder, "file");
        await File.WriteAllTextAsync(occupied, "");
        var environment = new Dictionary<string, string>(analysis.State.Environment) { [LocalRunnerFile.StateVariable] = occupied };

        await using var submit = Command.Start(
            "dotnet", ["build", analysis.Project, "-t:Submit", "-p:Dataset=fewgenomes", "-nodeReuse:false", "-tl:off"], analysis.Root, environment);
        new Outcome(await submit.EndAsync(), submit.Output).ShouldBeRefused("AR1010", occupied);
    }

    [Fact]
    public async Task A_real_server_is_contacted_only_after_the_gate_and_named_when_it_cannot_be_reached()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        await using var remote = await AnalysisRepository.CreateAsync(analysis.State);
        await remote.GitAsync("config", "receive.denyCurrentBranch", "ignore");
        remote.Write("ssh", """
            #!/usr/bin/env bash
            # Stands in for ssh to git.example.org: runs git's half of the conversation here.
            exec ${!#%% *} "$REMOTE"
            """);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(remote.Root, "ssh"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var environment = new Dictionary<string, string>(analysis.State.Environment)
        {
            ["ANALYSIS_RUNNER_TOKEN"] = "not-a-secret",
            ["GIT_SSH_COMMAND"] = $"'{Path.Combine(remote.Root, "ssh")}'",
            ["GIT_SSH_VARIANT"] = "simple",
            ["REMOTE"] = remote.Root,
        };
        async Task<Outcome> SubmitAsync()
        {
            await using var submit = Command.Start(
                "dotnet",
                ["build", analysis.Project, "-t:Submit", "-p:Dataset=fewgenomes", "-p:RunnerUrl=http://127.0.0.1:1", "-nodeReuse:false", "-tl:off"],
                analysis.Root,
                environment);
            return new Outcome(await submit.EndAsync(), submit.Output);
        }

        (await SubmitAsync()).ShouldBeRefused("AR2004", "remote");

        await analysis.GitAsync("commit", "--quiet", "--allow-empty", "--message", "Not pushed yet");
        await analysis.GitAsync("remote", "add", "origin", "ssh://git@git.example.org/acme/analysis.git");
        (await SubmitAsync()).ShouldBeRefused("AR2003", "push");

        await using (var push = Command.Start("git", ["push", "--quiet", "origin", "HEAD:refs/heads/feature"], analysis.Root, environment))
            (await push.EndAsync()).ShouldBe(0, push.Output);
        (await SubmitAsync()).ShouldBeRefused("AR1013", "http://127.0.0.1:1");
    }

    [Fact]
    public async Task Refuses_a_script_that_is_not_in_the_commit()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();

        (await analysis.SubmitAsync("-p:AnalysisScript=./missing.sh")).ShouldBeRefused("AR2022", "missing.sh");
        analysis.State.Runner().ShouldBeNull("nothing was sent, so nothing was started");
    }

    [Fact]
    public async Task A_wrong_type_in_a_config_file_fails_the_build_at_its_line()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        analysis.Edit("analysis/hello.toml", "\"Hello\"", "42");
        await analysis.CommitAsync("Greet with a number");

        var build = await analysis.BuildAsync();

        build.ExitCode.ShouldNotBe(0);
        build.Output.ShouldMatch(@"hello\.toml\(\d+,\d+\): error AR41\d\d: .*42");
    }

    private static string DotnetProgram() =>
        File.ResolveLinkTarget(Environment.ProcessPath!, returnFinalTarget: true)?.FullName ?? Environment.ProcessPath!;
}

internal static class OutcomeExpectations
{
    /// <summary>A refusal: a non-zero exit and an error with this code on one line that names the matter.</summary>
    public static void ShouldBeRefused(this Outcome outcome, string code, string names)
    {
        outcome.ExitCode.ShouldNotBe(0, outcome.Output);
        outcome.Output.Split('\n')
            .ShouldContain(line => line.Contains($"error {code}", StringComparison.Ordinal) && line.Contains(names, StringComparison.Ordinal), outcome.Output);
    }
}
