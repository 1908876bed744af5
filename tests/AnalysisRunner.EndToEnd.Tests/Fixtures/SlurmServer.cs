using System.Net;
using System.Net.Sockets;
using AnalysisRunner.Client;
using AnalysisRunner.Server.Tests.Security.Oidc;

namespace AnalysisRunner.EndToEnd.Tests.Fixtures;

/// <summary>A server for many users, as a program of its own, whose engine is a Slurm cluster. It fetches from the hosts that a <see cref="HostedRemote"/> plays.</summary>
internal sealed class SlurmServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly TestIssuer _issuer;
    private readonly Command _program;

    private SlurmServer(string folder, TestIssuer issuer, Command program, string url) => (_folder, _issuer, _program, Url) = (folder, issuer, program, url);

    public string Url { get; }

    /// <summary>Where the dataset's data of level test is.</summary>
    public string Storage => Path.Combine(_folder, "state", "storage", "fewgenomes-test");

    public static async Task<SlurmServer> StartAsync(HostedRemote remote)
    {
        // No space in it, which Debian's script around Picard would not survive.
        var folder = Directory.CreateTempSubdirectory("slurm-server-").FullName;
        var issuer = await TestIssuer.StartAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"http://{listener.LocalEndpoint}";
        listener.Stop();
        var settings = Path.Combine(folder, "server.toml");
        await File.WriteAllTextAsync(settings, $"""
            [server]
            state = "state"
            public_url = "{url}"
            repository_base = "ssh://git@git.example.org/acme/"
            engine = "slurm"

            [slurm]
            partition = "main"
            driver_partition = "drivers"

            [identity.test]
            issuer = "{issuer.Url}"
            audiences = ["{TestIssuer.Audience}"]

            [datasets.fewgenomes]
            repositories = ["analysis"]
            members = ["alice@example.org"]
            """);
        var program = Command.Start(
            "dotnet",
            ["exec", Path.Combine(Product.Server, "AnalysisRunner.Server.dll"), "--config", settings, "--urls", url],
            folder,
            new Dictionary<string, string> { ["PATH"] = $"{remote.Programs}:{Environment.GetEnvironmentVariable("PATH")}" });
        await program.LineAsync("Listening on ");
        return new SlurmServer(folder, issuer, program, url);
    }

    /// <summary>Submits by a build, which waits for the end of the run.</summary>
    public async Task<Outcome> SubmitAsync(AnalysisRepository analysis, HostedRemote remote)
    {
        var environment = new Dictionary<string, string>(remote.Environment) { ["ANALYSIS_RUNNER_TOKEN"] = _issuer.Token() };
        await using var submit = Command.Start(
            "dotnet",
            ["build", analysis.Project, "-t:Submit", "-p:Dataset=fewgenomes", $"-p:RunnerUrl={Url}", "-p:AnalysisWait=true", "-nodeReuse:false", "-tl:off"],
            analysis.Root,
            environment);
        return new Outcome(await submit.EndAsync(), submit.Output);
    }

    public IAnalysisRunnerApi Api() => new AnalysisRunnerApi(new Uri(Url), _ => ValueTask.FromResult<string?>(_issuer.Token()));

    /// <summary>The log of a job.</summary>
    public async Task<string> JobLogAsync(string batch, int job)
    {
        using var text = new MemoryStream();
        await foreach (var bytes in Api().ReadJobLogAsync(batch, job, null, 0, follow: false, CancellationToken.None)) text.Write(bytes.Span);
        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        await _issuer.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
