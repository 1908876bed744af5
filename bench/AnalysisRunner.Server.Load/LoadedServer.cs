using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Tests.Security.Oidc;

namespace AnalysisRunner.Server.Load;

/// <summary>A shared server in a process of its own, with a real repository to fetch from and a real issuer; its engine does nothing.</summary>
internal sealed class LoadedServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TestIssuer _issuer;
    private readonly string _folder;

    private LoadedServer(Process process, TestIssuer issuer, string folder, Uri url, string commit) =>
        (_process, _issuer, _folder, Url, Commit) = (process, issuer, folder, url, commit);

    public Uri Url { get; }

    /// <summary>A commit on the default branch, with a script and a config file.</summary>
    public string Commit { get; }

    public int ProcessId => _process.Id;

    public string NewToken(int user) => _issuer.Token(string.Create(CultureInfo.InvariantCulture, $"user{user}@example.org"));

    /// <summary>What the child process does.</summary>
    public static async Task<int> ServeAsync(string settings, string url, bool holds)
    {
        await using var server = await SharedServer.StartAsync(SharedServerOptions.Parse(["--config", settings, "--urls", url], _ => null), _ => new NoOpEngine(holds));
        await server.WaitForShutdownAsync();
        return 0;
    }

    /// <param name="database">The setting.</param>
    /// <param name="users">How many there are.</param>
    /// <param name="holds">Whether runs never end.</param>
    public static async Task<LoadedServer> StartAsync(string database, int users, bool holds = false)
    {
        var folder = Directory.CreateTempSubdirectory("server-load-").FullName;
        var commit = MakeRepository(folder);
        var issuer = await TestIssuer.StartAsync();
        var settings = Path.Combine(folder, "server.toml");
        var members = string.Join(", ", Enumerable.Range(0, users).Select(user => string.Create(CultureInfo.InvariantCulture, $"\"user{user}@example.org\"")));
        await File.WriteAllTextAsync(
            settings,
            $"""
            [server]
            state = "state"
            public_url = "https://runner.example.org"
            database = "{database}"
            repository_base = "file://{folder}/remotes/"

            [limits]
            submissions_per_minute = 0
            unfinished = 0

            [identity.bench]
            issuer = "{issuer.Url}"
            audiences = ["{TestIssuer.Audience}"]

            [datasets.bench]
            repositories = ["demo"]
            members = [{members}]
            levels = ["test", "standard"]
            unenforced = true
            """);
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        string[] program = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? ["exec", typeof(LoadedServer).Assembly.Location] : [];
        var process = Start(Environment.ProcessPath!, "/", [.. program, holds ? "hold" : "serve", settings, url.ToString().TrimEnd('/')], Path.Combine(folder, "server.log"));
        await WaitUntilReadyAsync(url, process, Path.Combine(folder, "server.log"));
        return new LoadedServer(process, issuer, folder, url, commit);
    }

    /// <summary>Notes the beginning of a step, as the driver of a run does.</summary>
    public Task NoteStepAsync(string arGuid, string step) =>
        File.AppendAllTextAsync(new StateFolders(Path.Combine(_folder, "state")).Run(arGuid).Steps, string.Create(CultureInfo.InvariantCulture, $"start {step} {DateTimeOffset.UtcNow.ToUnixTimeSeconds()}\n"));

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        await _issuer.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task WaitUntilReadyAsync(Uri url, Process process, string log)
    {
        using var http = new HttpClient { BaseAddress = url };
        for (var started = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            if (process.HasExited || started.Elapsed > TimeSpan.FromMinutes(1)) throw new InvalidOperationException(await File.ReadAllTextAsync(log));
            try
            {
                if ((await http.GetAsync("/healthz")).IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }
    }

    private static string MakeRepository(string folder)
    {
        var (tree, bare) = (Path.Combine(folder, "tree"), Path.Combine(folder, "remotes", "demo"));
        Directory.CreateDirectory(tree);
        Git(tree, "init", "--quiet", "--initial-branch=main");
        File.WriteAllText(Path.Combine(tree, "run.sh"), "#!/bin/bash\ntrue\n");
        File.WriteAllText(Path.Combine(tree, "config.toml"), "[cohort]\nname = \"bench\"\nsamples = [\"a\", \"b\", \"c\"]\n\n[cohort.limits]\nmaximum = 12\nrate = 0.5\n");
        for (var file = 0; file < 100; file++) File.WriteAllText(Path.Combine(tree, string.Create(CultureInfo.InvariantCulture, $"file{file}.txt")), "content");
        Git(tree, "add", "--all");
        Git(tree, "commit", "--quiet", "-m", "what is run");
        Git(tree, "clone", "--quiet", "--bare", tree, bare);
        return File.ReadAllText(Path.Combine(bare, "packed-refs")).Split('\n').Single(line => line.EndsWith(" refs/heads/main", StringComparison.Ordinal)).Split(' ')[0];
    }

    private static void Git(string folder, params string[] arguments)
    {
        using var git = Start("git", folder, ["-c", "user.name=Bench", "-c", "user.email=bench@example.org", .. arguments], Path.Combine(folder, "..", "git.log"));
        git.WaitForExit();
        if (git.ExitCode != 0) throw new InvalidOperationException(File.ReadAllText(Path.Combine(folder, "..", "git.log")));
    }

    // Its output goes to a file, so that no reader takes part in what is measured.
    private static Process Start(string program, string folder, IEnumerable<string> arguments, string log)
    {
        var start = new ProcessStartInfo("/bin/bash", ["-c", "exec \"$@\" > \"$0\" 2>&1", log, program, .. arguments]) { WorkingDirectory = folder };
        return Process.Start(start)!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
