using System.Diagnostics;
using System.Reflection;

namespace AnalysisRunner.Cli.Tests;

/// <summary>The program as users start it, as a process with an environment of the test's.</summary>
internal sealed class CliProcess : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);
    private static readonly string[] Scrubbed = ["GIT_", "GITHUB_", "ACTIONS_", "ANALYSIS_RUNNER_", "CPG_", "GOOGLE_", "XDG_", "DOTNET_STARTUP", "CI", "PORT"];

    private readonly Process _process;

    private CliProcess(Process process)
    {
        _process = process;
        Output = new WatchedText(process.StandardOutput);
        Error = new WatchedText(process.StandardError);
    }

    public int Id => _process.Id;

    public WatchedText Output { get; }

    public WatchedText Error { get; }

    /// <summary>The program's file, as 'dotnet exec' takes it.</summary>
    public static string Program { get; } = typeof(CliProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "Program").Value!;

    /// <summary>A folder with a program <c>analysis-runner</c>, as a shell finds it; and by the name that older texts have.</summary>
    public static string InstallInto(TemporaryFolder folder)
    {
        foreach (var name in new[] { "analysis-runner", "cpg-analysisrunner" }) folder.WriteProgram(name, $"#!/bin/sh\nexec dotnet exec '{Program}' \"$@\"\n");
        return folder.Path;
    }

    public static CliProcess Start(string folder, IReadOnlyDictionary<string, string> environment, string input, params string[] words) =>
        StartProgram(folder, environment, input, "dotnet", ["exec", Program, .. words]);

    /// <summary>Starts another program, such as a shell that uses ours; without an input it waits for what is typed.</summary>
    public static CliProcess StartProgram(string folder, IReadOnlyDictionary<string, string> environment, string? input, string program, params string[] words)
    {
        var start = new ProcessStartInfo(program, words)
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
        if (input is null) return new CliProcess(process);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        return new CliProcess(process);
    }

    /// <summary>Types a line.</summary>
    public void Type(string line)
    {
        _process.StandardInput.Write(line + "\n");
        _process.StandardInput.Flush();
    }

    public static async Task<Outcome> RunAsync(string folder, IReadOnlyDictionary<string, string> environment, string input, params string[] words)
    {
        using var process = Start(folder, environment, input, words);
        return await process.EndAsync();
    }

    public async Task<Outcome> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Limit);
        return new Outcome(_process.ExitCode, (await Output.All).ReplaceLineEndings("\n"), (await Error.All).ReplaceLineEndings("\n"));
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
