using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Credentials;

/// <summary>
/// The token for a server: the environment variable <c>ANALYSIS_RUNNER_TOKEN</c>, else the entry of the server's base URL in <c>credentials.json</c>, else
/// an identity token of the GitHub Actions job, else one of the account that <c>GOOGLE_APPLICATION_CREDENTIALS</c> names. Read where it is used, and never a
/// build property: those end up in logs (pitfalls C14).
/// </summary>
/// <param name="environment">Reads an environment variable.</param>
/// <param name="credentialsFile">A JSON object of base URLs and tokens; what 'analysis-runner login' has put there is renewed.</param>
public sealed class RunnerCredentials(Func<string, string?> environment, string credentialsFile)
{
    /// <summary>The variable that holds a token.</summary>
    public const string Variable = "ANALYSIS_RUNNER_TOKEN";

    /// <summary>The variable that names the audience of identity tokens; the default is the server's base URL.</summary>
    public const string AudienceVariable = "ANALYSIS_RUNNER_AUDIENCE";

    /// <summary>The user's own, with the file of <see cref="FileOfUser"/>.</summary>
    public static RunnerCredentials OfUser() => new(Environment.GetEnvironmentVariable, FileOfUser());

    /// <summary>The user's own file of tokens: <c>$XDG_CONFIG_HOME/analysis-runner/credentials.json</c> or the platform's equivalent.</summary>
    public static string FileOfUser()
    {
        var configured = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME");
        var folder = !OperatingSystem.IsWindows() && Path.IsPathFullyQualified(configured ?? "")
            ? configured!
            : OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData)
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
        return Path.Combine(folder, "analysis-runner", "credentials.json");
    }

    /// <summary>Where the tokens for a server come from: asked before each request, because identity tokens expire.</summary>
    /// <exception cref="AnalysisRunnerException">AR1017: there is no source, or the file is not usable.</exception>
    public Func<CancellationToken, ValueTask<string?>> TokensFor(Uri server)
    {
        if (environment(Variable) is { Length: > 0 } token) return _ => ValueTask.FromResult<string?>(token);
        var address = Canonical(server);
        var file = new CredentialsFile(credentialsFile);
        if (file.Find(server) is { } kept)
            return kept.Renewal is null ? _ => ValueTask.FromResult<string?>(kept.Token) : new ExpiringToken(new RenewedTokens(file, server, TimeProvider.System).AskAsync, TimeProvider.System).GetAsync;

        var audience = environment(AudienceVariable) is { Length: > 0 } chosen ? chosen : address;
        var gitHub = new GitHubActionsTokens(environment);
        if (gitHub.IsAvailable) return new ExpiringToken(cancellation => gitHub.AskAsync(audience, cancellation), TimeProvider.System).GetAsync;
        var google = new GoogleTokens(environment, TimeProvider.System);
        if (google.IsAvailable) return new ExpiringToken(cancellation => google.AskAsync(audience, cancellation), TimeProvider.System).GetAsync;

        var job = environment("GITHUB_ACTIONS") == "true" ? " In this GitHub Actions job, 'permissions: id-token: write' is enough." : "";
        throw Refuse($"There is no token for '{address}'. Run 'analysis-runner login', set the environment variable {Variable}, or add \"{address}\": \"<token>\" to '{credentialsFile}'.{job}");
    }

    /// <summary>The form in which the file names a server.</summary>
    public static string Canonical(Uri server) => (server ?? throw new ArgumentNullException(nameof(server))).GetLeftPart(UriPartial.Path).TrimEnd('/');

    private static AnalysisRunnerException Refuse(string message, Exception? inner = null) => new(BuildCodes.NoCredentials, message, inner);
}
