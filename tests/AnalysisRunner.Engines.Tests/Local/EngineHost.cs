using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Tests.Local;

/// <summary>Another process that hosts the engine, to be killed.</summary>
internal sealed class EngineHost : IDisposable
{
    private const int Sigkill = 128 + 9;

    private readonly Process _process;

    private EngineHost(Process process) => _process = process;

    /// <summary>Starts a host that opens a state folder and submits a batch; with a failpoint, it kills itself there.</summary>
    public static EngineHost Start(string stateFolder, BatchSpec spec, params ReadOnlySpan<string> failpoint)
    {
        var specFile = stateFolder + ".spec.json";
        File.WriteAllBytes(specFile, JsonSerializer.SerializeToUtf8Bytes(spec, ContractsJson.Default.BatchSpec));
        var program = Path.Combine(AppContext.BaseDirectory, "AnalysisRunner.Engines.TestHost.dll");
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));
        return new EngineHost(Process.Start(new ProcessStartInfo(dotnet, ["exec", program, stateFolder, specFile, .. failpoint]) { RedirectStandardOutput = true })!);
    }

    /// <summary>Waits until the host's engine has accepted the batch; false when the host died before.</summary>
    public async Task<bool> SubmittedAsync() => await _process.StandardOutput.ReadLineAsync() == "submitted";

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Waits until the host has killed itself; false when it came to its end before its failpoint.</summary>
    public async Task<bool> DiesAsync()
    {
        await _process.WaitForExitAsync();
        _process.ExitCode.ShouldBeOneOf(Sigkill, 0);
        return _process.ExitCode == Sigkill;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
