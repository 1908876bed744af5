using System.Diagnostics;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Git;

/// <summary>What one run of git left behind.</summary>
internal sealed record GitResult(int ExitCode, string Output, string Error);

/// <summary>
/// Starts git, and is the only place that does: arguments as a list, messages in English, no prompt, no optional locks, a time limit, none of the
/// variables by which a hook would point it at another repository, and none of the settings by which a change could stay unseen (pitfalls A12, B2, B3,
/// B12, B14).
/// </summary>
internal sealed class GitCommand(string program, TimeSpan timeLimit)
{
    // Not everything that `git rev-parse --local-env-vars` lists: GIT_CONFIG_* carries the safe.directory and credentials of a CI job.
    private static readonly string[] LocatingVariables =
    [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS",
        "GIT_CONFIG", "GIT_EXTERNAL_DIFF", "GIT_SHALLOW_FILE", "GIT_REPLACE_REF_BASE", "GIT_ATTR_SOURCE", "GIT_TRACE", "GIT_TRACE_SETUP", "GIT_CURL_VERBOSE", "LANGUAGE",
    ];

    // A monitor that lies, or a comparison by size and second alone, would let a change pass; a hook has no business in a question.
    private static readonly string[] Settings =
    [
        "core.fsmonitor=false", "core.checkStat=default", "core.trustctime=true", "core.hooksPath=/dev/null", "core.splitIndex=false", "core.quotePath=false",
        "core.askPass=", "credential.interactive=never", "gc.auto=0", "maintenance.auto=false", "log.showSignature=false", "i18n.logOutputEncoding=UTF-8",
        "status.showUntrackedFiles=normal", "status.relativePaths=false", "submodule.recurse=false",
    ];

    /// <summary>Runs git in a folder.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="arguments">The command and its arguments.</param>
    /// <param name="cancellation">Ends git and everything that it started.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="environment">Variables beside the neutral ones.</param>
    /// <exception cref="AnalysisRunnerException">AR2018: it could not be started, or did not end in time.</exception>
    public async Task<GitResult> RunAsync(
        string folder, IEnumerable<string> arguments, CancellationToken cancellation, string input = "", IReadOnlyDictionary<string, string>? environment = null)
    {
        List<string> command = [.. arguments];
        var start = Describe(folder, command, environment);
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
                $"'git {string.Join(' ', command)}' did not end within {timeLimit.TotalSeconds:0} s in '{folder}'. Run it by hand to see what it waits for.");
        }
        finally
        {
            Kill(process);
        }
    }

    private ProcessStartInfo Describe(string folder, List<string> arguments, IReadOnlyDictionary<string, string>? environment)
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
        foreach (var setting in Settings)
        {
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(setting);
        }
        foreach (var argument in arguments) start.ArgumentList.Add(argument);

        foreach (var name in LocatingVariables) start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GCM_INTERACTIVE"] = "never";
        // The window in which an IDE asks for a password; empty, because git would look further if they were absent.
        start.Environment["GIT_ASKPASS"] = "";
        start.Environment["SSH_ASKPASS"] = "";
        start.Environment["SSH_ASKPASS_REQUIRE"] = "never";
        // Replacements and grafts are this clone's own: the server sees the commit as it was made.
        start.Environment["GIT_NO_REPLACE_OBJECTS"] = "1";
        start.Environment["GIT_GRAFT_FILE"] = "/dev/null";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
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
