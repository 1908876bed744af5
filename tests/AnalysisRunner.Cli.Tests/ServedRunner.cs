using System.Diagnostics;

namespace AnalysisRunner.Cli.Tests;

/// <summary>A server for many users that 'analysis-runner serve' runs, with a repository that it can fetch.</summary>
internal sealed class ServedRunner : IAsyncDisposable
{
    private readonly CliProcess _process;
    private bool _ended;

    private ServedRunner(CliProcess process, TemporaryFolder folder, string url) => (_process, Folder, Url) = (process, folder, url);

    public TemporaryFolder Folder { get; }

    public string Url { get; }

    public string Settings => Folder["server.toml"];

    /// <summary>The hash of the commit that the repository 'demo' has.</summary>
    public string Commit { get; private init; } = "";

    /// <summary>What a command needs around it: configuration of its own.</summary>
    public Dictionary<string, string> Environment => new() { ["XDG_CONFIG_HOME"] = Folder["configuration"], ["ANALYSIS_RUNNER_STATE"] = Folder["local"], ["ANALYSIS_RUNNER_URL"] = Url };

    /// <summary>Starts it.</summary>
    /// <param name="more">What the settings say beside where things are.</param>
    public static async Task<ServedRunner> StartAsync(string more = "")
    {
        // An address of repositories has no spaces.
        var folder = new TemporaryFolder("cli-tests-");
        folder.WriteProgram("repositories/demo/script_to_run.py", "#!/usr/bin/env bash\necho \"ran $*\"\n");
        foreach (var words in new[] { "init --quiet --initial-branch=main", "add --all", "commit --quiet --message Run" }) Git(folder["repositories/demo"], words.Split(' '));
        WriteSettings(folder, more);
        var process = CliProcess.Start(folder.Path, new Dictionary<string, string>(), "", "serve", "--config", "server.toml", "--urls", "http://127.0.0.1:0");
        var listening = await process.Output.WaitForAsync(@"Listening on (http://\S+) for", CliProcess.Limit);
        return new ServedRunner(process, folder, listening.Groups[1].Value) { Commit = Git(folder["repositories/demo"], "rev-parse", "HEAD") };
    }

    /// <summary>Writes a folder's settings.</summary>
    public static void WriteSettings(TemporaryFolder folder, string more) => folder.Write(
        "server.toml",
        $"""
        [server]
        state = "state"
        public_url = "https://runner.example.org"
        repository_base = "file://{folder["repositories"]}/"

        {more}
        """);

    public Task<Outcome> RunAsync(params string[] words) => CliProcess.RunAsync(Folder.Path, Environment, "", words);

    /// <summary>As somebody whose token is in the environment.</summary>
    public Task<Outcome> RunAsAsync(string token, params string[] words) =>
        CliProcess.RunAsync(Folder.Path, new Dictionary<string, string>(Environment) { ["ANALYSIS_RUNNER_TOKEN"] = token }, "", words);

    /// <summary>Ends it as a service manager does.</summary>
    public Task<Outcome> EndAsync()
    {
        _ended = true;
        using (var kill = Process.Start("bash", ["-c", $"kill -TERM {_process.Id}"])) kill.WaitForExit();
        return _process.EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_ended) await EndAsync();
        _process.Dispose();
        Folder.Dispose();
    }

    private static string Git(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", .. arguments]) { WorkingDirectory = folder, RedirectStandardOutput = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        using var git = Process.Start(start)!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"git {string.Join(' ', arguments)} exited {git.ExitCode}");
    }
}
