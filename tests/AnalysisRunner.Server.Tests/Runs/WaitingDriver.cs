using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Pipelines.Hosting;
using AnalysisRunner.Server.Tests.Hosting;

namespace AnalysisRunner.Server.Tests.Runs;

/// <summary>An invocation whose driver waits, so that a test can do what a driver does: with the driver's own token and environment.</summary>
internal sealed class WaitingDriver : IDisposable
{
    private readonly TestRunner _runner;
    private readonly Gate _gate;

    private WaitingDriver(TestRunner runner, Gate gate, string arGuid, string tokenFile) =>
        (_runner, _gate, ArGuid, TokenFile, Api) = (runner, gate, arGuid, tokenFile, runner.Connect(File.ReadAllText(tokenFile)));

    public string ArGuid { get; }

    public string TokenFile { get; }

    /// <summary>The API with the driver's token.</summary>
    public AnalysisRunnerApi Api { get; }

    public static async Task<WaitingDriver> StartAsync(TestRunner runner)
    {
        var gate = new Gate(runner.Repository.Root);
        var accepted = await runner.SubmitAsync(runner.Script($"cat '{gate.Path}'"));
        await foreach (var found in runner.Api.FollowEventsAsync(accepted.ArGuid, 0, TestRunner.Limit()))
        {
            if (found.Type == "step" && found.Detail.StartsWith("run", StringComparison.Ordinal)) break;
        }
        return new WaitingDriver(runner, gate, accepted.ArGuid, Path.Combine(runner.State, "runs", accepted.ArGuid, "token"));
    }

    /// <summary>What a program is that the driver starts: each call is another process.</summary>
    public BatchHost Program() => BatchHost.For(
        name => name switch
        {
            DriverEnvironment.Url => _runner.Server.File.Url,
            DriverEnvironment.TokenFile => TokenFile,
            DriverEnvironment.ArGuid => ArGuid,
            _ => null,
        },
        new ProgressDisplay(TextWriter.Null, null));

    /// <summary>Lets the driver end, and waits for the end of its invocation.</summary>
    public Task<Invocation> EndAsync()
    {
        _gate.Open();
        return _runner.EndOfAsync(ArGuid);
    }

    public void Dispose()
    {
        Api.Dispose();
        _gate.Dispose();
    }
}
