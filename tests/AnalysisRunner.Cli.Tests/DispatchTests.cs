namespace AnalysisRunner.Cli.Tests;

/// <summary>Which command a command line is for, and what it says when it is for none.</summary>
public sealed class DispatchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("version")]
    [InlineData("-v")]
    [InlineData("--version")]
    public async Task Says_its_version_without_asking_anybody(string word)
    {
        var outcome = await Cli.RunAsync(word);
        outcome.ShouldBe(new Outcome(0, $"analysis-runner v{Submission.ProductVersion.Current}\n", ""));
    }

    [Theory]
    [InlineData]
    [InlineData("help")]
    [InlineData("-h")]
    [InlineData("--help")]
    public async Task Helps(params string[] words)
    {
        var outcome = await Cli.RunAsync(words);
        outcome.ExitCode.ShouldBe(0);
        outcome.Output.ShouldContain("submit");
        outcome.Output.ShouldContain("storage");
        outcome.Error.ShouldBe("");
    }

    [Theory]
    [InlineData("invocatons", "no command 'invocatons'")]
    [InlineData("cromwell", "WDL")]
    [InlineData("run.sh", "options come before its script")]
    public async Task Refuses_what_is_no_command(string word, string what)
    {
        var outcome = await Cli.RunAsync(word);
        (outcome.ExitCode, outcome.Output).ShouldBe((ExitCodes.Usage, ""));
        outcome.Error.ShouldContain(what);
    }

    [Theory]
    [InlineData("No script provided", "--dataset", "d")]
    [InlineData("No script provided", "analysis-runner", "--dataset", "d")]
    [InlineData("AR1003", "--description", "x", "./run.sh")]
    [InlineData("AR1004", "--dataset", "Not A Name", "./run.sh")]
    [InlineData("AR1008", "--dataset", "d", "--cpu", "two", "./run.sh")]
    [InlineData("AR1066", "--dataset", "d", "-e", "NOVALUE", "./run.sh")]
    [InlineData("AR1061", "--dataset", "d", "--repository", "r", "--commit", "c", "./run.sh")]
    [InlineData("AR1062", "--dataset", "d", "--server-url", "https://runner.example.org", "--repository", "r", "./run.sh")]
    [InlineData("AR1018", "--dataset", "d", "--server-url", "ftp://runner.example.org", "./run.sh")]
    [InlineData("AR1071", "--dataset", "d", "--use-test-server", "./run.sh")]
    [InlineData("'fast'", "--dataset", "d", "--access-level", "fast", "./run.sh")]
    [InlineData("--limit 0", "invocations", "--limit", "0")]
    [InlineData("Required", "show")]
    public async Task A_malformed_command_line_ends_with_2_and_nothing_else(string what, params string[] words)
    {
        var outcome = await Cli.RunAsync(words);
        outcome.ExitCode.ShouldBe(ExitCodes.Usage, outcome.Error);
        outcome.Output.ShouldBe("");
        outcome.Error.ShouldContain(what);
    }

    [Theory]
    [InlineData("bash", "complete ")]
    [InlineData("zsh", "compdef ")]
    [InlineData("fish", "complete -c analysis-runner")]
    [InlineData("powershell", "Register-ArgumentCompleter")]
    public async Task Each_shell_has_its_script(string shell, string what)
    {
        var outcome = await Cli.RunAsync("completion", shell);
        (outcome.ExitCode, outcome.Error).ShouldBe((0, ""));
        outcome.Output.ShouldContain(what);
        outcome.Output.ShouldContain("[suggest:");
        (await Cli.RunAsync("completion", "cmd")).ExitCode.ShouldBe(ExitCodes.Usage);
    }

    [Fact]
    public async Task A_work_tree_that_is_none_ends_with_3()
    {
        _folder.Write("run.sh", "#!/usr/bin/env bash\n");
        var outcome = await Cli.RunAsync("--dataset", "d", "./run.sh");
        outcome.ExitCode.ShouldBe(ExitCodes.Refused, outcome.Error);
        outcome.Error.ShouldContain("AR2011");
        // The page is there to be opened.
        var page = outcome.Error.Split('\n').Single(line => line.EndsWith("AR2011.md", StringComparison.Ordinal)).Trim();
        Path.IsPathFullyQualified(page).ShouldBeTrue(page);
        (await File.ReadAllTextAsync(page)).ShouldStartWith("# AR2011");
    }

    public void Dispose() => _folder.Dispose();

    private InProcess Cli => new(_folder.Path);
}
