using System.Diagnostics;
using System.Reflection;

namespace AnalysisRunner.Cli.Tests;

/// <summary>The program as users start it, as a process with an environment of the test's.</summary>
internal sealed class CliProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);
    private static readonly string[] Scrubbed = ["GIT_", "GITHUB_", "ACTIONS_", "ANALYSIS_RUNNER_", "CPG_", "GOOGLE_", "XDG_", "DOTNET_STARTUP", "CI", "PORT"];

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private CliProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public static CliProcess Start(string folder, IReadOnlyDictionary<string, string> environment, string input, params string[] words)
    {
        var program = typeof(CliProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "Program").Value!;
        var start = new ProcessStartInfo("dotnet", ["exec", program, .. words])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => Scrubbed.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))).ToList()) start.Environment.Remove(name);
        start.Environment["GIT_CONFIG_GLOBAL"] = OperatingSystem.IsWindows() ? "NUL" : "/dev/null";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        return new CliProcess(process);
    }

    public static async Task<Outcome> RunAsync(string folder, IReadOnlyDictionary<string, string> environment, string input, params string[] words)
    {
        using var process = Start(folder, environment, input, words);
        return await process.EndAsync();
    }

    public async Task<Outcome> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Limit);
        return new Outcome(_process.ExitCode, (await _output).ReplaceLineEndings("\n"), (await _error).ReplaceLineEndings("\n"));
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
