using System.Diagnostics;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Git;

/// <summary>What one run of git left behind.</summary>
internal sealed record GitResult(int ExitCode, string Output, string Error);

/// <summary>
/// Starts git, and is the only place that does: arguments as a list, messages in English, no prompt, no optional locks, a time limit, and none of the
/// variables by which a hook would point it at another repository (pitfalls A12, B2, B12, B14).
/// </summary>
internal sealed class GitCommand(string program, TimeSpan timeLimit)
{
    // Not everything that `git rev-parse --local-env-vars` lists: GIT_CONFIG_* carries the safe.directory and credentials of a CI job.
    private static readonly string[] LocatingVariables =
    [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_LITERAL_PATHSPECS", "GIT_EXTERNAL_DIFF", "LANGUAGE",
    ];

    public async Task<GitResult> RunAsync(string folder, IEnumerable<string> arguments, CancellationToken cancellation, string input = "")
    {
        var start = Describe(folder, arguments);
        using var process = new Process { StartInfo = start };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeLimit);
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new AnalysisRunnerException(SubmissionCodes.GitFailed, $"'{program}' could not be started: {exception.Message}", exception);
        }

        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await FeedAsync(process, input, limit.Token).ConfigureAwait(false);
            var result = (await output.ConfigureAwait(false), await error.ConfigureAwait(false));
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return new GitResult(process.ExitCode, result.Item1, result.Item2);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new AnalysisRunnerException(
                SubmissionCodes.GitFailed,
                $"'git {string.Join(' ', start.ArgumentList.Skip(2))}' did not end within {timeLimit.TotalSeconds:0} s in '{folder}'. Run it by hand to see what it waits for.");
        }
        finally
        {
            Kill(process);
        }
    }

    private ProcessStartInfo Describe(string folder, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        start.ArgumentList.Add("-C");
        start.ArgumentList.Add(folder);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);

        foreach (var name in LocatingVariables) start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GCM_INTERACTIVE"] = "never";
        return start;
    }

    private static async Task FeedAsync(Process process, string input, CancellationToken cancellation)
    {
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellation).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // Git ended without reading all of its input; its exit code tells why.
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended in between.
        }
    }
}
