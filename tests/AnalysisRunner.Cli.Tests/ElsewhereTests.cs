using System.Text.Json;

namespace AnalysisRunner.Cli.Tests;

/// <summary>Submissions of code that is not here. Dry runs: nothing is contacted.</summary>
public sealed class ElsewhereTests : IDisposable
{
    private const string Server = "https://runner.example.org";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task The_originals_example_with_a_repository_keeps_its_meaning()
    {
        var outcome = await Cli.RunAsync(
            "--server-url", Server, "--dry-run",
            "--repository", "my-approved-repo", "--commit", "1a2b3c4d", "--dataset", "fewgenomes", "--description", "Say hello", "--output-dir", "gs://cohort/hello/v1/", "script_to_run.py", "with", "arguments");

        outcome.ExitCode.ShouldBe(0, outcome.Error);
        outcome.Error.ShouldContain("the path in it is 'hello/v1/'");
        using var json = JsonDocument.Parse(outcome.Output);
        string Value(string name) => json.RootElement.GetProperty(name).ToString();
        Value("repository").ShouldBe("my-approved-repo");
        Value("commit").ShouldBe("1a2b3c4d");
        Value("outputPrefix").ShouldBe("hello/v1");
        json.RootElement.GetProperty("script").EnumerateArray().Select(word => word.GetString()).ShouldBe(["script_to_run.py", "with", "arguments"]);
    }

    [Fact]
    public async Task Everything_that_the_original_sends_is_sent()
    {
        _folder.Write("run.sh", "#!/usr/bin/env bash\n");
        _folder.Write("private.toml", "[hello]\ngreeting = \"Psst\"\n");

        var outcome = await Cli.RunAsync(
            "--server-url", Server, "--dry-run", "--repo", "demo", "--commit", "abc1234", "--dataset", "demo-ds", "-o", "out/v1", "--desc", "hi", "--image", "img:1", "--cpu", "2", "--memory", "4G",
            "--storage", "10G", "--no-preemptible", "-e", "A=1", "-e", "B=x=y", "-e", "C=", "--config", "private.toml", "--cwd", ".", "run.sh", "a b");

        outcome.ExitCode.ShouldBe(0, outcome.Error);
        using var json = JsonDocument.Parse(outcome.Output);
        JsonElement Value(string name) => json.RootElement.GetProperty(name);
        Value("script").EnumerateArray().Select(word => word.GetString()).ShouldBe(["./run.sh", "a b"]);
        Value("environment").EnumerateObject().Select(pair => $"{pair.Name}={pair.Value}").ShouldBe(["A=1", "B=x=y", "C="]);
        (Value("image").GetString(), Value("cpu").GetString(), Value("memory").GetString(), Value("storage").GetString(), Value("preemptible").GetBoolean()).ShouldBe(("img:1", "2", "4G", "10G", false));
        Value("config")[0].GetProperty("path").GetString().ShouldBe("private.toml");
        Value("config")[0].GetProperty("content").GetString().ShouldNotBeNull().ShouldContain("Psst");
    }

    [Fact]
    public async Task A_command_without_a_repository_has_none()
    {
        var outcome = await Cli.RunAsync("--server-url", Server, "--dry-run", "--skip-repo-checkout", "--dataset", "d", "--image", "tool:1", "echo", "hi");
        outcome.ExitCode.ShouldBe(0, outcome.Error);
        using var json = JsonDocument.Parse(outcome.Output);
        json.RootElement.TryGetProperty("repository", out _).ShouldBeFalse();
        json.RootElement.TryGetProperty("commit", out _).ShouldBeFalse();
        json.RootElement.GetProperty("description").GetString().ShouldBe("echo hi");
    }

    [Fact]
    public async Task The_rules_that_need_no_work_tree_hold()
    {
        var secret = "ghp_" + new string('x', 36);
        var refused = await Cli.RunAsync(
            "--server-url", Server, "--dry-run", "--yes", "--repo", "demo", "--commit", "abc1234", "--dataset", "demo-ds", "--access-level", "full", "-e", "KEY=" + secret, "python3", "x.py");

        refused.ExitCode.ShouldBe(ExitCodes.Refused, refused.Error);
        refused.Error.ShouldContain("AR2029");
        refused.Error.ShouldContain("AR2016");
        refused.Error.ShouldContain("'--confirm demo-ds'");
        refused.Error.ShouldNotContain(secret);
    }

    [Theory]
    [InlineData("n", ExitCodes.Declined, "AR1065")]
    [InlineData("", ExitCodes.Declined, "AR1064")]
    public async Task Level_full_asks_at_a_terminal_and_no_is_no(string answer, int exitCode, string code)
    {
        var cli = new InProcess(_folder.Path) { IsTerminal = true, Input = answer.Length == 0 ? "" : answer + "\n" };
        var outcome = await cli.RunAsync("--server-url", Server, "--repo", "demo", "--commit", "abc1234", "--dataset", "demo-ds", "--access-level", "full", "--yes", "python3", "x.py");
        outcome.ExitCode.ShouldBe(exitCode, outcome.Error);
        outcome.Output.ShouldContain("Full access increases the risk");
        outcome.Error.ShouldContain(code);
    }

    public void Dispose() => _folder.Dispose();

    private InProcess Cli => new(_folder.Path);
}
