using System.Diagnostics;

namespace AnalysisRunner.Cli.Tests;

/// <summary>A repository with scripts, and a local runner of its own, which the tests of one class share.</summary>
public sealed class LocalRunFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public LocalRunFixture()
    {
        Environment = new Dictionary<string, string> { ["ANALYSIS_RUNNER_STATE"] = _folder["state"], ["XDG_CONFIG_HOME"] = _folder["configuration"], ["USER"] = "ada" };
        Directory.CreateDirectory(Batch);
        Git("init", "--quiet", "--initial-branch=main");
        Write("hello.sh", "#!/usr/bin/env bash\necho \"Hello, $2 ($MODE)\"\n");
        Write("fails.sh", "#!/usr/bin/env bash\necho about to fail\nexit 7\n");
        Write("waits.sh", "#!/usr/bin/env bash\necho waiting\nexec sleep 600\n");
        File.WriteAllText(Path.Combine(Root, "hello.toml"), "[hello]\ngreeting = \"Hello\"\n");
        File.WriteAllText(Path.Combine(Root, ".gitignore"), "private.toml\n");
        Commit("Say hello");
    }

    public string Root => _folder["repository"];

    public string Batch => Path.Combine(Root, "examples", "batch");

    internal IReadOnlyDictionary<string, string> Environment { get; }

    public void Write(string script, string text)
    {
        var file = Path.Combine(Batch, script);
        File.WriteAllText(file, text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Commit(string message)
    {
        Git("add", "--all");
        Git("commit", "--quiet", "--message", message);
    }

    public string Git(params string[] arguments)
    {
        Directory.CreateDirectory(Root);
        var start = new ProcessStartInfo("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", .. arguments]) { WorkingDirectory = Root, RedirectStandardOutput = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        start.Environment["GIT_CONFIG_GLOBAL"] = OperatingSystem.IsWindows() ? "NUL" : "/dev/null";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        using var git = Process.Start(start)!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"git {string.Join(' ', arguments)} exited {git.ExitCode}");
    }

    internal Task<Outcome> RunAsync(params string[] words) => CliProcess.RunAsync(Batch, Environment, "", words);

    internal CliProcess Start(params string[] words) => CliProcess.Start(Batch, Environment, "", words);

    public void Dispose()
    {
        RunAsync("local", "stop", "--force").GetAwaiter().GetResult();
        _folder.Dispose();
    }
}
