using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Git;

/// <summary>What git prints, as values.</summary>
internal static class GitText
{
    private const string SaidNothing = "it said nothing";

    /// <summary>The output of a command that must succeed.</summary>
    /// <exception cref="AnalysisRunnerException">AR2018: it failed.</exception>
    public static Task<string> OutputAsync(this GitCommand git, string folder, CancellationToken cancellation, params string[] arguments) =>
        git.OutputAsync(folder, arguments, "", environment: null, cancellation);

    /// <summary>The output of a command that must succeed, with an input and an environment.</summary>
    /// <exception cref="AnalysisRunnerException">AR2018: it failed.</exception>
    public static async Task<string> OutputAsync(
        this GitCommand git, string folder, string[] arguments, string input, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellation)
    {
        var result = await git.RunAsync(folder, arguments, cancellation, input, environment).ConfigureAwait(false);
        return result.ExitCode == 0 ? result.Output : throw Failed(result, string.Join(' ', arguments));
    }

    /// <summary>A command that failed, with what it said.</summary>
    public static AnalysisRunnerException Failed(GitResult result, string command) =>
        new(SubmissionCodes.GitFailed, $"'git {command}' failed with exit code {result.ExitCode}: {LastLine(result.Error)}");

    /// <summary>The text without the end of its only line; a path may hold further ones.</summary>
    public static string OneLine(string output) => output.EndsWith('\n') ? output[..^1].TrimEnd('\r') : output;

    /// <summary>The last thing that was said.</summary>
    public static string LastLine(string error) => Lines(error).LastOrDefault() ?? SaidNothing;

    /// <summary>Why a remote could not be asked: what git or ssh said first. What follows is advice for somebody at a terminal.</summary>
    public static string FirstReason(string error) =>
        Lines(error).FirstOrDefault(line => !line.StartsWith("warning:", StringComparison.OrdinalIgnoreCase))?.TrimEnd('.') ?? SaidNothing;

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
