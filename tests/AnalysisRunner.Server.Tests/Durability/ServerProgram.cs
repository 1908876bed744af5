using System.Diagnostics;
using System.Net.Sockets;
using AnalysisRunner.Client;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Security.Oidc;

namespace AnalysisRunner.Server.Tests.Durability;

/// <summary>A shared server as a program of its own, which can be killed and started again with the same settings, state and address.</summary>
internal sealed class ServerProgram : IAsyncDisposable
{
    private readonly string _settings;
    private Process? _process;
    private Task _output = Task.CompletedTask;
    private TaskCompletionSource _nextLife = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ServerProgram(string settings)
    {
        _settings = settings;
        // The driver knows the address, so it stays.
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        Url = new Uri($"http://{listener.LocalEndpoint}");
    }

    public Uri Url { get; }

    public int ProcessId => _process!.Id;

    /// <summary>How often it was started and listened.</summary>
    public int Life { get; private set; }

    /// <summary>Ends when the process has.</summary>
    public Task Ended => _process!.WaitForExitAsync(TestRunner.Limit());

    /// <summary>What it wrote, since the first start.</summary>
    public List<string> Log { get; } = [];

    public AnalysisRunnerApi Connect(TestIssuer issuer, string email = "alice@example.org") => new(Url, _ => ValueTask.FromResult<string?>(issuer.Token(email)));

    /// <summary>Starts it; returns when it listens, or has ended.</summary>
    /// <param name="failpoint">Where it ends as by <c>kill -9</c>; null for nowhere.</param>
    /// <param name="prefix">A program and arguments that start it, such as one that sets limits.</param>
    public async Task<bool> StartAsync(string? failpoint = null, params string[] prefix)
    {
        var dotnet = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        string[] command = [.. prefix, dotnet, "exec", typeof(SharedServer).Assembly.Location, "--config", _settings, "--urls", Url.ToString(), Failpoint.Switch];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[Failpoint.Variable] = failpoint;
        _process = Process.Start(start)!;
        var listens = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _output = Task.WhenAll(ReadAsync(_process.StandardOutput, listens), ReadAsync(_process.StandardError, listens)).ContinueWith(_ => listens.TrySetResult(false), TaskScheduler.Default);
        if (!await listens.Task.WaitAsync(TestRunner.Limit())) return false;
        Life++;
        Interlocked.Exchange(ref _nextLife, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        return true;
    }

    /// <summary>Ends when it listens in a later life.</summary>
    public async Task LifeAfterAsync(int life)
    {
        // The signal before the look: no start in between is missed.
        for (var next = _nextLife.Task; Life <= life; next = _nextLife.Task) await next.WaitAsync(TestRunner.Limit());
    }

    /// <summary>Ends it with <c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await WaitAsync();
    }

    /// <summary>Tells it to end in order.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await WaitAsync();
    }

    /// <summary>Waits for its end and its last words.</summary>
    public async Task WaitAsync()
    {
        await Ended;
        await _output.WaitAsync(TestRunner.Limit());
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null) return;
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader from, TaskCompletionSource<bool> listens)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (Log) Log.Add(line);
            if (line.Contains("Listening on ", StringComparison.Ordinal)) listens.TrySetResult(true);
        }
    }
}
