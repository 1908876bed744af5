using System.Diagnostics;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Credentials;

namespace AnalysisRunner.Submission.Local;

/// <summary>
/// Starts the server and waits until it says that it is ready: it writes <c>runner.json</c> once it listens, prints one line, and takes leave into a session
/// of its own with standard streams of its own. A build whose output is piped can end, and Ctrl-C does not reach the server.
/// </summary>
internal static class ServerProcess
{
    private const int LongestError = 2000;

    // What MSBuild and a CI job set for themselves, where a web server would listen, and a token that is not for this server.
    private static readonly string[] ScrubbedPrefixes = ["MSBUILD", "DOTNET_CLI", "ASPNETCORE_", "KESTREL__"];
    private static readonly string[] Scrubbed = ["URLS", "DOTNET_URLS", "DOTNET_ENVIRONMENT", "DOTNET_STARTUP_HOOKS", RunnerCredentials.Variable];

    /// <summary>Returns when the process has said that it is ready, or has ended, with what it said on its standard error.</summary>
    /// <exception cref="AnalysisRunnerException">AR1011: it could not be started, or was neither ready nor ended in time.</exception>
    public static async Task<(int Pid, string Error)> StartAsync(string dotnetHost, string copy, StateFolder state, TimeSpan limit, CancellationToken cancellation)
    {
        using var process = new Process { StartInfo = Describe(dotnetHost, copy, state) };
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(limit);
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw Failed($"'{dotnetHost}' could not be started: {exception.Message}", exception);
        }

        using var output = process.StandardOutput;
        using var error = process.StandardError;
        try
        {
            process.StandardInput.Close();
            // Not the end of the stream: the .NET runtime keeps duplicates of the standard streams, so that it comes with the end of the process only.
            var ready = await output.ReadLineAsync(timeout.Token).ConfigureAwait(false);
            // Errors are read once they are complete: a read that is left pending would hold its thread as long as the server lives.
            return (process.Id, ready is null ? await error.ReadToEndAsync(timeout.Token).ConfigureAwait(false) : "");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            if (cancellation.IsCancellationRequested) throw;
            var said = await error.ReadToEndAsync(CancellationToken.None).ConfigureAwait(false);
            throw Failed($"it was not ready within {limit.TotalSeconds:0} s. {LastWords(said)}");
        }
    }

    /// <summary>The error for a server that did not start, with its own last words.</summary>
    public static AnalysisRunnerException Failed(string why, Exception? inner = null) =>
        new(BuildCodes.LocalRunnerDidNotStart, $"The local runner did not start: {why.TrimEnd()}", inner);

    /// <summary>What it said last, in one line.</summary>
    public static string LastWords(string error)
    {
        var text = error.Trim();
        if (text.Length == 0) return "It said nothing; its log in the state folder may say more.";
        if (text.Length > LongestError) text = "…" + text[^LongestError..];
        return "It said: " + TerminalText.OneLine(text);
    }

    private static ProcessStartInfo Describe(string dotnetHost, string copy, StateFolder state)
    {
        var start = new ProcessStartInfo(dotnetHost)
        {
            WorkingDirectory = state.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (var argument in new[] { "exec", Path.Combine(copy, ServerCopy.Program), "--local", "--state", state.Path }) start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.ToList().Where(IsScrubbed)) start.Environment.Remove(name);
        start.Environment["DOTNET_NOLOGO"] = "1";
        return start;
    }

    private static bool IsScrubbed(string name) =>
        Scrubbed.Contains(name, StringComparer.OrdinalIgnoreCase)
        || ScrubbedPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
