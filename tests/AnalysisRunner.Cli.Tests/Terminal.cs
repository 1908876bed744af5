using System.Text.RegularExpressions;

namespace AnalysisRunner.Cli.Tests;

/// <summary>A shell on a pseudo-terminal, which the program <c>script</c> makes, with <c>analysis-runner</c> on its path.</summary>
internal static partial class Terminal
{
    /// <summary>Why there is none here; null where there is.</summary>
    public static string? Missing { get; } = UnixFactWithGitAttribute.Missing
        ?? (OperatingSystem.IsLinux() && (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "script"))) ? null : "needs the program 'script' of Linux");

    /// <summary>Runs a command line; the answer is what the terminal got.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="environment">The variables of the program.</param>
    /// <param name="command">The line, as a shell reads it.</param>
    /// <param name="answers">What is typed, a line for each question.</param>
    /// <param name="width">The terminal's width.</param>
    public static async Task<Outcome> RunAsync(string folder, IReadOnlyDictionary<string, string> environment, string command, IReadOnlyList<string>? answers = null, int width = 100)
    {
        using var programs = new TemporaryFolder();
        var around = new Dictionary<string, string>(environment) { ["PATH"] = $"{CliProcess.InstallInto(programs)}:{Environment.GetEnvironmentVariable("PATH")}", ["SHELL"] = "/bin/bash" };
        around.TryAdd("TERM", "xterm");
        // No echo: what is typed is no part of what the program says.
        using var process = CliProcess.StartProgram(folder, around, answers is null ? "" : null, "script", "-q", "-e", "-c", $"stty -echo cols {width} rows 40; {command}", "/dev/null");
        for (var asked = 1; asked <= answers?.Count; asked++)
        {
            await process.Output.WaitForAsync($@"(\(y/n\): [\s\S]*){{{asked}}}", CliProcess.Limit);
            process.Type(answers[asked - 1]);
        }
        var outcome = await process.EndAsync();
        return outcome with { Output = outcome.Output.Replace("\r", "", StringComparison.Ordinal) };
    }

    /// <summary>The text without colours and movements of the cursor.</summary>
    public static string Plain(string text) => Escape().Replace(text, "");

    [GeneratedRegex(@"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x1b[()][A-Z0-9]")]
    private static partial Regex Escape();
}

/// <summary>A test on a pseudo-terminal.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TerminalFactAttribute : FactAttribute
{
    public TerminalFactAttribute() => Skip = Terminal.Missing;
}
