using Amazon.SecurityToken;
using AnalysisRunner.Engines;
using AnalysisRunner.Server.Code;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Telemetry;
using AnalysisRunner.Storage;
using AnalysisRunner.Storage.Gcs;

namespace AnalysisRunner.Server.Hosting;

/// <summary>What <see cref="ServerApplication"/> is made of: everything that differs between a local runner and a shared server, and what is opened before it.</summary>
internal sealed record ServerParts
{
    /// <summary>What lies where.</summary>
    public required StateFolders Folders { get; init; }

    /// <summary>The sockets.</summary>
    public required ListenSockets Sockets { get; init; }

    /// <summary>Where users and drivers reach it.</summary>
    public required ServerAddress Address { get; init; }

    /// <summary>The settings, the policy among them.</summary>
    public required CurrentSettings Settings { get; init; }

    /// <summary>Where changed settings come from; null where nothing can change them.</summary>
    public SettingsSource? SettingsSource { get; init; }

    /// <summary>The tokens that this server gave out.</summary>
    public required BearerTokens Tokens { get; init; }

    /// <summary>The server's own log.</summary>
    public required ILoggerProvider Log { get; init; }

    /// <summary>Where the log is sent besides; null where nowhere.</summary>
    public TelemetryExport? Telemetry { get; init; }

    /// <summary>The copies of repositories.</summary>
    public required IRepositoryMirrors Mirrors { get; init; }

    /// <summary>The invocation log.</summary>
    public required IInvocationLog InvocationLog { get; init; }

    /// <summary>The object stores.</summary>
    public required ObjectStores Stores { get; init; }

    /// <summary>Opens the service that gives roles to jobs.</summary>
    public Func<IAmazonSecurityTokenService> SecurityTokens { get; init; } = () => new AmazonSecurityTokenServiceClient();

    /// <summary>Opens the Google service accounts of jobs.</summary>
    public Func<string, CancellationToken, Task<ImpersonatedAccount>> ServiceAccounts { get; init; } = ImpersonatedAccount.OpenAsync;

    /// <summary>The engine.</summary>
    public required IBatchEngine Engine { get; init; }

    /// <summary>How long the server stays without work; null for ever.</summary>
    public TimeSpan? IdleLimit { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }
}
