namespace AnalysisRunner.Cli.Tests;

/// <summary>What a person sees at a terminal, and a program at a pipe.</summary>
public sealed class TerminalTests(LocalRunFixture local) : IClassFixture<LocalRunFixture>
{
    [TerminalFact]
    public async Task A_list_is_a_table_in_colour_at_a_terminal_and_lines_at_a_pipe()
    {
        (await local.RunAsync("--dataset", "fewgenomes", "--wait", "hello.sh", "--name", "Ada")).ExitCode.ShouldBe(0);

        var shown = await TerminalAsync("analysis-runner invocations");
        shown.Output.ShouldContain("\u001b[32msucceeded");
        Terminal.Plain(shown.Output).ShouldContain("ar-guid");
        Terminal.Plain(shown.Output).Split('\n').ShouldAllBe(line => line.TrimEnd().Length <= 100);
        (await TerminalAsync("analysis-runner invocations | cat")).Output.ShouldNotContain("ar-guid");
        (await TerminalAsync("analysis-runner invocations", ("NO_COLOR", "1"))).Output.ShouldNotContain("\u001b[32m");
        (await TerminalAsync("analysis-runner invocations", ("TERM", "dumb"))).Output.ShouldNotContain("\u001b[32m");
        var narrow = Terminal.Plain((await Terminal.RunAsync(local.Batch, local.Environment, "analysis-runner invocations", width: 30)).Output);
        narrow.ShouldContain("state: succeeded\n");
        narrow.ShouldNotContain("│");
        // A reader that has enough ends nothing badly.
        Terminal.Plain((await TerminalAsync("analysis-runner invocations --json | head -c 1 > /dev/null; echo \"${PIPESTATUS[0]}\"")).Output).Trim().ShouldBe("0");
    }

    [TerminalFact]
    public async Task A_copy_shows_how_far_it_is_at_a_terminal_and_nothing_at_a_pipe()
    {
        using var folder = new TemporaryFolder();
        folder.Write("data.bin", new string('x', 3_000_000));
        var shown = Terminal.Plain((await Terminal.RunAsync(folder.Path, local.Environment, "analysis-runner storage cp data.bin copy.bin")).Output);
        shown.ShouldContain("data.bin");
        shown.ShouldContain("━");
        shown.ShouldContain("1 object, 3000000 bytes.");
        var quiet = await CliProcess.RunAsync(folder.Path, local.Environment, "", "storage", "cp", "data.bin", "other.bin");
        (quiet.Output, quiet.Error).ShouldBe(("", "1 object, 3000000 bytes.\n"));
    }

    [TerminalFact]
    public async Task A_question_is_asked_at_a_terminal_until_it_is_answered()
    {
        var submitted = await local.RunAsync("--dataset", "fewgenomes", "waits.sh");
        var guid = submitted.Output.Trim()[^36..];

        var declined = await Terminal.RunAsync(local.Batch, local.Environment, $"analysis-runner cancel {guid}", ["what", "n"]);
        declined.ExitCode.ShouldBe(ExitCodes.Declined, declined.Output);
        declined.Output.ShouldContain("answer y or n");
        declined.Output.ShouldContain("AR1065");
        var agreed = await Terminal.RunAsync(local.Batch, local.Environment, $"analysis-runner cancel {guid}", ["y"]);
        agreed.ExitCode.ShouldBe(0, agreed.Output);
        (await local.RunAsync("log", "-f", guid)).Error.ShouldContain("cancelled");
    }

    [TerminalFact]
    public async Task The_browser_is_opened_by_the_program_that_the_environment_names()
    {
        using var folder = new TemporaryFolder();
        var browser = folder.WriteProgram("browser", $"#!/bin/sh\nprintf '%s' \"$1\" > '{folder["part"]}'\nmv '{folder["part"]}' '{folder["opened"]}'\n");
        using var watcher = new FileSystemWatcher(folder.Path) { EnableRaisingEvents = true };
        var opened = new TaskCompletionSource();
        watcher.Renamed += (_, change) => { if (change.Name == "opened") opened.TrySetResult(); };

        var outcome = await CliProcess.RunAsync(local.Batch, new Dictionary<string, string>(local.Environment) { ["BROWSER"] = browser }, "", "open");
        outcome.ExitCode.ShouldBe(0, outcome.Error);
        if (!File.Exists(folder["opened"])) await opened.Task.WaitAsync(CliProcess.Limit);
        var address = new Uri(await File.ReadAllTextAsync(folder["opened"]));
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, CookieContainer = new() });
        // The address signs its owner in.
        (await http.GetStringAsync(address)).ShouldContain("<title>Invocations");

        var none = await CliProcess.RunAsync(local.Batch, new Dictionary<string, string>(local.Environment) { ["BROWSER"] = folder["no-such-browser"] }, "", "open");
        (none.ExitCode, none.Error.Contains("AR1073", StringComparison.Ordinal)).ShouldBe((ExitCodes.Failed, true), none.Error);
    }

    [TerminalFact]
    public async Task A_shell_completes_commands_and_options()
    {
        var completed = await TerminalAsync("source <(analysis-runner completion bash); COMP_LINE='analysis-runner repr'; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(analysis-runner repr); COMP_CWORD=1; _analysis_runner; echo \"${COMPREPLY[@]}\"");
        Terminal.Plain(completed.Output).Trim().ShouldBe("reproduce");
        var option = await TerminalAsync("source <(analysis-runner completion bash); COMP_LINE='analysis-runner invocations --data'; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(analysis-runner invocations --data); COMP_CWORD=2; _analysis_runner; echo \"${COMPREPLY[@]}\"");
        Terminal.Plain(option.Output).Trim().ShouldBe("--dataset");
    }

    [ShellFact("zsh")]
    public async Task Zsh_completes_commands_options_and_files()
    {
        using var programs = new TemporaryFolder();
        using var shell = CliProcess.StartProgram(local.Batch, Around(programs), null, "script", "-q", "-e", "-c", "stty -echo cols 200 rows 40; exec zsh -f -i", "/dev/null");
        // A key that shows what stands on the line then.
        shell.Type("PROMPT=; autoload -Uz compinit; compinit -u -D; source <(analysis-runner completion zsh); show() { print -r -- \"<$BUFFER>\"; BUFFER= }; zle -N show; bindkey '^G' show; echo ready-$((40 + 2))");
        await shell.Output.WaitForAsync("ready-42", CliProcess.Limit);
        foreach (var (typed, completed) in new[] { ("repr", "reproduce "), ("invocations --data", "invocations --dataset "), ("submit hello.s", "submit hello.sh "), ("nothing-lik", "nothing-lik") })
        {
            shell.Type($"analysis-runner {typed}\t\a");
            (await shell.Output.WaitForAsync($"<analysis-runner {typed}[^>]*>", CliProcess.Limit)).Value.ShouldBe($"<analysis-runner {completed}>");
        }
        shell.Type("exit 0");
        (await shell.EndAsync()).ExitCode.ShouldBe(0);
    }

    [ShellFact("fish")]
    public async Task Fish_completes_commands_options_and_files()
    {
        using var programs = new TemporaryFolder();
        using var shell = CliProcess.StartProgram(
            local.Batch, Around(programs), "", "fish", "--no-config", "-c",
            "source (analysis-runner completion fish | psub); for line in repr 'invocations --data' 'submit hello.s' nothing-lik; complete -C \"analysis-runner $line\"; echo .; end");
        (await shell.EndAsync()).ShouldBe(new Outcome(0, "reproduce\n.\n--dataset\n.\nhello.sh\n.\n.\n", ""));
    }

    private Dictionary<string, string> Around(TemporaryFolder programs) => new(local.Environment)
    {
        ["PATH"] = $"{CliProcess.InstallInto(programs)}:{Environment.GetEnvironmentVariable("PATH")}",
        ["SHELL"] = "/bin/bash",
        ["TERM"] = "xterm",
        ["HOME"] = programs.Path,
    };

    private Task<Outcome> TerminalAsync(string command, params (string Name, string Value)[] more)
    {
        var environment = new Dictionary<string, string>(local.Environment);
        foreach (var (name, value) in more) environment[name] = value;
        return Terminal.RunAsync(local.Batch, environment, command);
    }
}

/// <summary>A test on a pseudo-terminal that needs another shell.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ShellFactAttribute : FactAttribute
{
    public ShellFactAttribute(string shell) => Skip = Terminal.Missing
        ?? ((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, shell))) ? null : $"needs {shell}");
}
