using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace AnalysisRunner.EndToEnd.Tests.Fixtures;

/// <summary>A process under test: its merged output, lines that can be awaited, and its exit code.</summary>
internal sealed class Command : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>What a host of this test would otherwise pass on to nested builds.</summary>
    private static readonly string[] Inherited =
        ["MSBUILD", "GIT_", "GITHUB_", "ANALYSIS_RUNNER_", "CPG_", "DOTNET_HOST", "ArtifactsPath", "VSTEST", "COREHOST"];

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly ConcurrentDictionary<TaskCompletionSource<string>, Func<string, bool>> _waiting = new();
    private readonly Task _ended;

    private Command(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Receive(line.Data);
        process.ErrorDataReceived += (_, line) => Receive(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _ended = process.WaitForExitAsync();
    }

    public string Output
    {
        get { lock (_output) return _output.ToString(); }
    }

    public int Id => _process.Id;

    public StreamWriter Input => _process.StandardInput;

    public static Command Start(string file, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.ToArray())
        {
            if (name == "CI" || Inherited.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))) start.Environment.Remove(name);
        }
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new Command(new Process { StartInfo = start });
    }

    /// <summary>Waits for the end of the process and of its output.</summary>
    public async Task<int> EndAsync()
    {
        await _ended.WaitAsync(Limit);
        return _process.ExitCode;
    }

    /// <summary>Waits until a line contains the text, and gives that line; fails when the process ends without it.</summary>
    public async Task<string> LineAsync(string text)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_output)
        {
            var already = _output.ToString().Split('\n').FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal));
            if (already is not null) return already;
            _waiting[found] = line => line.Contains(text, StringComparison.Ordinal);
        }
        var first = await Task.WhenAny(found.Task, _ended).WaitAsync(Limit);
        if (first != found.Task && !found.Task.IsCompleted) throw new InvalidOperationException($"ended without '{text}':\n{Output}");
        return await found.Task;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Receive(string? line)
    {
        if (line is null) return;
        lock (_output)
        {
            _output.Append(line).Append('\n');
            foreach (var (waiter, matches) in _waiting)
            {
                if (matches(line) && _waiting.TryRemove(waiter, out _)) waiter.TrySetResult(line);
            }
        }
    }
}
