using System.Runtime.Versioning;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Code;

namespace AnalysisRunner.Server.Tests.Code;

[UnsupportedOSPlatform("windows")]
public sealed class GitProcessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("git-process-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private GitProcess Git() => new(GitProcess.FindProgram(), Path.Combine(_folder, "gitconfig"), TimeSpan.FromMinutes(1));

    /// <summary>A program in git's place, for what the real one cannot be made to do.</summary>
    private GitProcess Instead(string script, TimeSpan? limit = null)
    {
        var program = Path.Combine(_folder, "git");
        File.WriteAllText(program, "#!/bin/bash\n" + script);
        File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
        return new GitProcess(program, Path.Combine(_folder, "gitconfig"), limit ?? TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData("--upload-pack=touch owned")]
    [InlineData("-c")]
    [InlineData("-")]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public void Values_from_outside_are_never_options(string value) =>
        Should.Throw<ArgumentException>(() => new GitCommand("fetch").AddValue(value));

    [GitFact]
    public async Task Arguments_arrive_as_they_are()
    {
        var result = await Instead("printf '%s\\0' \"${@: -3}\"").RunAsync(new GitCommand("x", "$(id)", "a  b;'\"\\").Add(""), CancellationToken.None);
        System.Text.Encoding.UTF8.GetString(result.Output).ShouldBe("$(id)\0a  b;'\"\\\0\0");
    }

    [GitFact]
    public async Task The_environment_is_the_server_s_choice()
    {
        Environment.SetEnvironmentVariable("GIT_SSH_COMMAND", "touch owned");
        Environment.SetEnvironmentVariable("SECRET_OF_THE_SERVER", "hunter2");
        try
        {
            var names = (await Instead("compgen -e").RunAsync(new GitCommand("x"), CancellationToken.None)).Lines;
            names.ShouldNotContain("GIT_SSH_COMMAND");
            names.ShouldNotContain("SECRET_OF_THE_SERVER");
            names.ShouldNotContain("HOME");
            names.ShouldContain("GIT_TERMINAL_PROMPT");
        }
        finally
        {
            Environment.SetEnvironmentVariable("GIT_SSH_COMMAND", null);
            Environment.SetEnvironmentVariable("SECRET_OF_THE_SERVER", null);
        }
    }

    [GitTheory]
    [InlineData("https://127.0.0.1:1/x")]
    [InlineData("ssh://127.0.0.1:1/x")]
    [InlineData("git://127.0.0.1:1/x")]
    [InlineData("ext::sh -c true")]
    public async Task Other_protocols_than_files_are_refused(string url)
    {
        var result = await Git().RunAsync(new GitCommand("ls-remote", "--").AddValue(url), CancellationToken.None);
        result.Succeeded.ShouldBeFalse();
        result.Error.ShouldContain("not allowed");
    }

    [GitFact]
    public async Task Errors_are_answers_in_one_printable_line()
    {
        var result = await Instead("printf 'fatal: \\033[31mred\\nline\\n' >&2; exit 7").RunAsync(new GitCommand("x"), CancellationToken.None);
        (result.ExitCode, result.Error).ShouldBe((7, "fatal:  [31mred line"));
    }

    [GitFact]
    public async Task A_command_that_takes_too_long_is_killed_with_its_children()
    {
        var pid = Path.Combine(_folder, "pid");
        var git = Instead($"sleep 1000 & echo $! > '{pid}'; wait", TimeSpan.FromSeconds(1));
        var problem = (await Should.ThrowAsync<AnalysisRunnerException>(git.RunAsync(new GitCommand("x"), CancellationToken.None))).Problems[0];
        problem.Code.ShouldBe("AR6037");
        await GoneAsync(pid);
    }

    [GitFact]
    public async Task A_command_whose_caller_gives_up_is_killed_with_its_children()
    {
        var pid = Path.Combine(_folder, "pid");
        using var gone = new CancellationTokenSource();
        using var watcher = new FileSystemWatcher(_folder, "ready");
        var ready = new TaskCompletionSource();
        watcher.Created += (_, _) => ready.TrySetResult();
        watcher.EnableRaisingEvents = true;
        var run = Instead($"sleep 1000 & echo $! > '{pid}'; touch '{_folder}/ready'; wait").RunAsync(new GitCommand("x"), gone.Token);
        await ready.Task;
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(run);
        await GoneAsync(pid);
    }

    [GitFact]
    public async Task A_command_that_writes_too_much_is_killed()
    {
        var problem = (await Should.ThrowAsync<AnalysisRunnerException>(
            Instead("yes").RunAsync(new GitCommand("x") { OutputLimit = 100_000 }, CancellationToken.None))).Problems[0];
        problem.Code.ShouldBe("AR6037");
        problem.Message.ShouldContain("100000 bytes");
    }

    [GitFact]
    public async Task A_missing_git_has_its_own_code()
    {
        var git = new GitProcess(Path.Combine(_folder, "absent"), "/dev/null", TimeSpan.FromMinutes(1));
        (await Should.ThrowAsync<AnalysisRunnerException>(git.RunAsync(new GitCommand("version"), CancellationToken.None))).Problems[0].Code.ShouldBe("AR6036");
    }

    [GitFact]
    public async Task Folders_that_the_user_trusts_are_trusted_and_nothing_else_is_taken_over()
    {
        var home = Path.Combine(_folder, "home.gitconfig");
        await File.WriteAllTextAsync(home, "[safe]\n\tdirectory = \"/trusted \\\"folder\\\"\"\n\tdirectory = *\n[core]\n\tpager = owned\n");
        var before = Environment.GetEnvironmentVariable("GIT_CONFIG_GLOBAL");
        Environment.SetEnvironmentVariable("GIT_CONFIG_GLOBAL", home);
        try
        {
            using var user = new UserRepository();
            await user.ResolveAsync(user.Commit("one"));
            var copied = Path.Combine(user.MirrorFolder, "gitconfig");
            UserRepository.GitIn(_folder, "config", "--file", copied, "--get-all", "safe.directory").Split('\n')[^2..].ShouldBe(["/trusted \"folder\"", "*"]);
            (await File.ReadAllTextAsync(copied)).ShouldNotContain("owned");
        }
        finally
        {
            Environment.SetEnvironmentVariable("GIT_CONFIG_GLOBAL", before);
        }
    }

    // A killed process is gone when its parent, or init, has taken notice: waited for, up to a minute, by asking again.
    private static async Task GoneAsync(string pidFile)
    {
        var pid = (await File.ReadAllTextAsync(pidFile)).Trim();
        for (var i = 0; i < 600 && IsRunning(pid); i++) await Task.Delay(100);
        IsRunning(pid).ShouldBeFalse();
    }

    private static bool IsRunning(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
