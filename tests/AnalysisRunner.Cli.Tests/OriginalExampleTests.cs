using System.Text.Json;

namespace AnalysisRunner.Cli.Tests;

/// <summary>The command lines that the original's own documents show, as a shell reads them, with the values that they leave open filled in.</summary>
public sealed class OriginalExampleTests(LocalRunFixture local) : IClassFixture<LocalRunFixture>
{
    [UnixFactWithGit]
    public async Task The_tutorial_can_be_followed()
    {
        local.Write("hello.py", "#!/usr/bin/env bash\necho \"Hello, $2\"\n");
        local.Commit("Say hello");
        const string Run = """
            cd examples/batch
            analysis-runner \
                --access-level test \
                --dataset fewgenomes \
                --description "Run Batch" \
                --output-dir "onboarding/$(whoami)/hello-world" \
                hello.py \
                --name-to-print $(whoami)
            """;

        (await ShellAsync("analysis-runner --version")).Output.ShouldStartWith("analysis-runner v");
        var first = await ShellAsync(Run);
        first.ExitCode.ShouldBe(0, first.Error);
        first.Error.ShouldContain($"Submitting repository@{local.Git("rev-parse", "--short", "HEAD")}");
        first.Error.ShouldContain("for dataset \"fewgenomes\"");
        (await LogAsync(first)).ShouldContain($"Hello, {Environment.UserName}");
        using var shown = JsonDocument.Parse((await local.RunAsync("show", Guid(first), "--json")).Output);
        shown.RootElement.GetProperty("outputPrefix").GetString().ShouldBe($"onboarding/{Environment.UserName}/hello-world");
        shown.RootElement.GetProperty("workingDirectory").GetString().ShouldBe("examples/batch");
        (await local.RunAsync("show", Guid(first), "--config")).Output.ShouldContain("[storage.default]");

        // The second part: a branch, a change, a commit, and the same command line.
        (await ShellAsync("git checkout --quiet -b onboarding-example && sed -i 's/Hello/Bonjour/' examples/batch/hello.py")).ExitCode.ShouldBe(0);
        (await ShellAsync(Run)).ExitCode.ShouldBe(ExitCodes.Refused, "what is not committed is not run");
        local.Commit("Say it in French");
        var second = await ShellAsync(Run);
        second.Error.ShouldContain("on onboarding-example for dataset");
        (await LogAsync(second)).ShouldContain($"Bonjour, {Environment.UserName}");
        (await local.RunAsync("invocations", "--dataset", "fewgenomes")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2);
    }

    [UnixFactWithGit]
    public async Task The_readme_can_be_followed_in_the_folder_of_a_project()
    {
        local.Write("script_to_run.py", "#!/usr/bin/env bash\necho \"ran $*\"\n");
        local.Commit("Run");
        var submitted = await ShellAsync("""
            cd examples/batch
            cpg-analysisrunner \
                --dataset cohort \
                --description "A description" \
                --output-dir gs://cohort-main/results/v1 \
                script_to_run.py with arguments
            """);
        submitted.ExitCode.ShouldBe(0, submitted.Error);
        (await LogAsync(submitted)).ShouldContain("ran with arguments");

        // Of a repository that is not here the local runner has no code: a server has (LoginTests).
        var elsewhere = await ShellAsync("cpg-analysisrunner --repository my-approved-repo --commit 1a2b3c4d --dataset cohort --description d --output-dir gs://cohort-main/v1 script_to_run.py with arguments");
        (elsewhere.ExitCode, elsewhere.Error.Contains("AR1061", StringComparison.Ordinal)).ShouldBe((ExitCodes.Usage, true), elsewhere.Error);
    }

    private async Task<string> LogAsync(Outcome submitted)
    {
        var ended = await local.RunAsync("log", "-f", Guid(submitted));
        ended.ExitCode.ShouldBe(0, ended.Error);
        return ended.Output;
    }

    private static string Guid(Outcome submitted) => submitted.Output.Trim()[^36..];

    private async Task<Outcome> ShellAsync(string commands)
    {
        using var programs = new TemporaryFolder();
        var environment = new Dictionary<string, string>(local.Environment) { ["PATH"] = $"{CliProcess.InstallInto(programs)}:{Environment.GetEnvironmentVariable("PATH")}" };
        using var shell = CliProcess.StartProgram(local.Root, environment, "", "bash", "-c", commands);
        return await shell.EndAsync();
    }
}
