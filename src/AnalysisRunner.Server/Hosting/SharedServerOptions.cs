using Amazon.SecurityToken;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Telemetry;
using AnalysisRunner.Storage;
using AnalysisRunner.Storage.Gcs;

namespace AnalysisRunner.Server.Hosting;

/// <summary>How a server for many users was asked to start.</summary>
/// <param name="Settings">Where its settings come from.</param>
/// <param name="Urls">The addresses to listen on.</param>
internal sealed record SharedServerOptions(SettingsSource Settings, IReadOnlyList<string> Urls)
{
    private const string DefaultPort = "8080";

    /// <summary>Where its own log goes.</summary>
    public Stream Log { get; init; } = Console.OpenStandardOutput();

    /// <summary>Where figures and traces are sent; null sends none.</summary>
    public TelemetryExport? Telemetry { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Opens the object stores; by default with the settings of the environment.</summary>
    public Func<ObjectStores> Stores { get; init; } = () => new ObjectStores();

    /// <summary>Opens the service that gives roles to jobs; by default with the settings of the environment.</summary>
    public Func<IAmazonSecurityTokenService> SecurityTokens { get; init; } = () => new AmazonSecurityTokenServiceClient();

    /// <summary>Opens the Google service accounts of jobs; by default with application default credentials.</summary>
    public Func<string, CancellationToken, Task<ImpersonatedAccount>> ServiceAccounts { get; init; } = ImpersonatedAccount.OpenAsync;

    /// <summary>Reads a command line: <c>--config &lt;server.toml&gt; [--urls &lt;url&gt;[;&lt;url&gt;…]]</c>, in any order.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6006</c> it is another one; <c>AR6044</c>, <c>AR6186</c> a variable of the environment is malformed.</exception>
    public static SharedServerOptions Parse(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        string? config = null, urls = null;
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : "";
            if (arguments[i] == "--config" && config is null && value.Length > 0) config = value;
            else if (arguments[i] == "--urls" && urls is null && value.Length > 0) urls = value;
            else throw Unknown(arguments);
        }
        if (config is null) throw Unknown(arguments);
        // Without an address of its own: the original server's port on all addresses, or this machine only.
        urls ??= environment(ReplacedEnvironment.Port) is { Length: > 0 } port ? "http://*:" + port : "http://127.0.0.1:" + DefaultPort;
        return new SharedServerOptions(
            new SettingsSource(Path.GetFullPath(config), ReplacedEnvironment.Read(environment)),
            urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            Telemetry = TelemetryExport.Read(environment),
        };
    }

    private static AnalysisRunnerException Unknown(IReadOnlyList<string> arguments) => new(
        PolicyCodes.UnknownStartForm,
        $"The arguments '{string.Join(' ', arguments)}' are not a way to start this server; use '--config <server.toml> [--urls <address>]', or '--local --state <folder>' for a local runner.");
}
