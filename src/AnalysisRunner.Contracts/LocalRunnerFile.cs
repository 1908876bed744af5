namespace AnalysisRunner.Contracts;

/// <summary>
/// What the local runner writes to <c>runner.json</c> (mode 0600) in its state folder, atomically and after it listens, so that builds find it.
/// The file of a runner that died stays behind: <paramref name="Pid"/> and the version route tell.
/// </summary>
/// <param name="Url">The base URL on loopback, without a trailing slash.</param>
/// <param name="Token">The bearer token, 256 random bits; whoever reads this file may use the runner.</param>
/// <param name="Pid">The server's process id.</param>
/// <param name="Version">The server's version.</param>
public sealed record LocalRunnerFile(string Url, string Token, int Pid, string Version)
{
    /// <summary>The file's name in the state folder.</summary>
    public const string FileName = "runner.json";

    /// <summary>The environment variable that names the state folder; without it, <c>$XDG_STATE_HOME/analysis-runner</c> or the platform's equivalent.</summary>
    public const string StateVariable = "ANALYSIS_RUNNER_STATE";
}
