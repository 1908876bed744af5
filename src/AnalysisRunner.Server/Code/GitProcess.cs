using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Telemetry;

namespace AnalysisRunner.Server.Code;

/// <summary>
/// The only place where the server starts git: without a shell, with an environment and configuration of its own, with limits, and with no
/// way to run hooks, ask for passwords or use another transport than the one that a command is given.
/// </summary>
public sealed class GitProcess
{
    private const int ErrorLimit = 4096;

    // What git may need of the machine; everything else, all GIT_ variables first, stays outside.
    private static readonly string[] InheritedVariables = ["PATH", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "COMSPEC", "PATHEXT"];

    private static readonly string[] FixedSettings =
    [
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "core.quotePath=false",
        "core.attributesFile=/dev/null",
        "protocol.version=2",
        "protocol.allow=never",
        "gc.auto=0",
        "maintenance.auto=false",
        "submodule.recurse=false",
        "fetch.recurseSubmodules=false",
        "i18n.logOutputEncoding=UTF-8",
        "advice.detachedHead=false",
    ];

    // The way to the network, for commands that use it.
    private static readonly string[] NetworkVariables =
        ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "SSH_AUTH_SOCK"];

    private readonly string _program;
    private readonly string _globalConfig;
    private readonly TimeSpan _timeLimit;

    /// <summary>Uses a git program.</summary>
    /// <param name="program">The program's absolute path.</param>
    /// <param name="globalConfig">The file that git reads in place of the user's configuration; it need not exist.</param>
    /// <param name="timeLimit">How long a command may take that sets no limit of its own.</param>
    public GitProcess(string program, string globalConfig, TimeSpan timeLimit) =>
        (_program, _globalConfig, _timeLimit) = (program, globalConfig, timeLimit);

    /// <summary>The absolute path of the first git on <c>PATH</c>; relative entries of it are passed over.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6036</c> there is none.</exception>
    public static string FindProgram()
    {
        var name = OperatingSystem.IsWindows() ? "git.exe" : "git";
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Where(Path.IsPathFullyQualified).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw Missing("PATH", null);
    }

    /// <summary>Runs git to its end. An exit code other than 0 is an answer, not an exception.</summary>
    /// <exception cref="AnalysisRunnerException">
    /// <c>AR6036</c> git cannot be started; <c>AR6037</c> it exceeded a limit and was killed.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was killed because the caller gave up.</exception>
    public Task<GitResult> RunAsync(GitCommand command, CancellationToken cancellation) => RunAsync(command, ownConfig: true, cancellation);

    /// <summary>
    /// Runs <c>git config</c> on the configuration of the user and machine that the server runs as, which every other command is kept from.
    /// </summary>
    internal Task<GitResult> RunWithUserConfigAsync(GitCommand command, CancellationToken cancellation) =>
        RunAsync(command, ownConfig: false, cancellation);

    /// <summary>Starts a git that answers questions until it is disposed.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6036</c> git cannot be started.</exception>
    internal GitSession Open(GitCommand command)
    {
        var process = Start(command, ownConfig: true);
        return new GitSession(process, ReadEndAsync(process.StandardError.BaseStream, CancellationToken.None));
    }

    private async Task<GitResult> RunAsync(GitCommand command, bool ownConfig, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var measured = GitFigures.Measure(command.Name);
        using var process = Start(command, ownConfig);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(command.TimeLimit ?? _timeLimit);
        try
        {
            process.StandardInput.Close();
            var output = ReadAsync(process.StandardOutput.BaseStream, command.OutputLimit, limit.Token);
            var error = ReadEndAsync(process.StandardError.BaseStream, limit.Token);
            // Whichever fails first ends the process; the other then ends by itself.
            await await Task.WhenAny(output, error);
            var result = (await output, await error);
            await process.WaitForExitAsync(limit.Token);
            measured.Outcome = process.ExitCode == 0 ? "ok" : "failed";
            return new GitResult(process.ExitCode, result.Item1, result.Item2);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            var seconds = (command.TimeLimit ?? _timeLimit).TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
            throw new AnalysisRunnerException(
                PolicyCodes.GitFailed,
                $"\"git {command.Name}\" was stopped after {seconds} s. Try again; if it happens again, look at the machine's load and disk.");
        }
        catch (InvalidDataException)
        {
            throw new AnalysisRunnerException(
                PolicyCodes.GitFailed,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"\"git {command.Name}\" was stopped because it wrote more than {command.OutputLimit} bytes, the limit here."));
        }
        finally
        {
            Kill(process);
        }
    }

    private Process Start(GitCommand command, bool ownConfig)
    {
        var start = new ProcessStartInfo(_program)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
        };
        SetEnvironment(start.Environment, ownConfig, command.Transport is not (null or "file"));
        if (command.Folder is { } folder)
        {
            start.ArgumentList.Add("-C");
            start.ArgumentList.Add(Absolute(folder));
        }
        if (command.Repository is { } repository) start.ArgumentList.Add($"--git-dir={Absolute(repository)}");
        foreach (var setting in FixedSettings)
        {
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(setting);
        }
        if (command.Transport is { } transport)
        {
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add($"protocol.{transport}.allow=always");
        }
        if (command.Credentials is { } credentials)
        {
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add($"credential.helper=store --file={ShellWord.Quote(Absolute(credentials))}");
        }
        foreach (var argument in command.Arguments) start.ArgumentList.Add(argument);

        try
        {
            return Process.Start(start) ?? throw Missing(_program, null);
        }
        catch (Win32Exception failure)
        {
            throw Missing(_program, failure);
        }
    }

    private void SetEnvironment(IDictionary<string, string?> environment, bool ownConfig, bool network)
    {
        // Only where the user's own configuration is asked for do the variables count that lead to it.
        string[] inherited = ownConfig
            ? InheritedVariables
            : [.. InheritedVariables, "HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"];
        if (network) inherited = [.. inherited, .. NetworkVariables];
        var kept = environment.Where(pair => inherited.Contains(pair.Key, StringComparer.OrdinalIgnoreCase)).ToArray();
        environment.Clear();
        foreach (var (name, value) in kept) environment[name] = value;
        environment["LC_ALL"] = "C";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        if (network) environment["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes";
        environment["GIT_OPTIONAL_LOCKS"] = "0";
        environment["GIT_ATTR_NOSYSTEM"] = "1";
        environment["GIT_LITERAL_PATHSPECS"] = "1";
        environment["GIT_NO_REPLACE_OBJECTS"] = "1";
        environment["GIT_NO_LAZY_FETCH"] = "1";
        if (!ownConfig) return;
        environment["GIT_CONFIG_NOSYSTEM"] = "1";
        environment["GIT_CONFIG_GLOBAL"] = _globalConfig;
    }

    private static string Absolute(string path) => Path.IsPathFullyQualified(path) && !path.Contains('\0', StringComparison.Ordinal)
        ? path
        : throw new ArgumentException($"\"{path}\" is not an absolute path.", nameof(path));

    private static async Task<byte[]> ReadAsync(Stream stream, int limit, CancellationToken cancellation)
    {
        using var all = new MemoryStream();
        var buffer = new byte[32 * 1024];
        while (await stream.ReadAsync(buffer, cancellation) is var count and > 0)
        {
            if (all.Length + count > limit) throw new InvalidDataException();
            all.Write(buffer, 0, count);
        }
        return all.ToArray();
    }

    private static async Task<string> ReadEndAsync(Stream stream, CancellationToken cancellation)
    {
        var end = new StringBuilder();
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, cancellation) is var count and > 0)
        {
            end.Append(Encoding.UTF8.GetString(buffer, 0, count));
            if (end.Length > ErrorLimit) end.Remove(0, end.Length - ErrorLimit);
        }
        return string.Concat(end.ToString().Trim().Select(c => char.IsControl(c) ? ' ' : c));
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended between the question and the kill.
        }
    }

    private static AnalysisRunnerException Missing(string where, Exception? inner) => new(
        PolicyCodes.GitMissing,
        $"The server cannot start git (looked at \"{where}\"). Install git, put it on the server's PATH, and submit again.",
        inner);
}
