using AnalysisRunner.Engines.Local;
using AnalysisRunner.Engines.Slurm;
using AnalysisRunner.Server.Policies;
using AnalysisRunner.Server.Record;

namespace AnalysisRunner.Server.Settings;

/// <summary>Everything that <c>server.toml</c> says, checked as a whole. Immutable: a change of the file makes another one.</summary>
internal sealed record ServerSettings
{
    /// <summary>The content that they were read from (<see cref="SettingsSource.Fingerprint"/>); null for the built-in ones of a local runner.</summary>
    public string? Version { get; init; }

    /// <summary>What only a restart can change.</summary>
    public required FixedSettings Fixed { get; init; }

    /// <summary>Where code comes from.</summary>
    public required CodeSettings Code { get; init; }

    /// <summary>Whose tokens are accepted.</summary>
    public required IReadOnlyList<IssuerSettings> Issuers { get; init; }

    /// <summary>Who may run what.</summary>
    public required Policy Policy { get; init; }

    /// <summary>The variables of the server's own environment that drivers get.</summary>
    public IReadOnlyList<string> PassEnvironment { get; init; } = [];

    /// <summary>How long a run waits for approval.</summary>
    public TimeSpan ApprovalTimeLimit { get; init; } = TimeSpan.FromDays(3);

    /// <summary>The image of drivers that ask for none; null when there is none.</summary>
    public string? DriverImage { get; init; }

    /// <summary>The absolute path of the file of the registries' users; null when there is none.</summary>
    public string? ImageCredentials { get; init; }

    /// <summary>Who may read the denials of every dataset, as <see cref="Security.Caller.Principal"/> names them.</summary>
    public IReadOnlySet<string> Administrators { get; init; } = new HashSet<string>();

    /// <summary>Who is told of the end of invocations.</summary>
    public NotificationSettings Notifications { get; init; } = new();

    /// <summary>How large a batch may be that a driver hands over, in bytes of JSON.</summary>
    public long BatchLimit { get; init; } = 2L << 30;

    /// <summary>What one user may have of the server.</summary>
    public LimitSettings Limits { get; init; } = new();

    /// <summary>What is forgotten and when.</summary>
    public RetentionSettings Retention { get; init; } = new();
}

/// <summary>What only a restart can change.</summary>
internal sealed record FixedSettings
{
    /// <summary>The absolute path of the state folder.</summary>
    public required string State { get; init; }

    /// <summary>Where users reach the server, without a trailing slash.</summary>
    public required string PublicUrl { get; init; }

    /// <summary>Where the invocation log is kept, as <see cref="InvocationLogOptions.Database"/> takes it.</summary>
    public string Database { get; init; } = InvocationLogOptions.Sqlite;

    /// <summary>Whether the server's own log is a JSON object a line.</summary>
    public bool LogsJson { get; init; }

    /// <summary>How the engine of this machine works.</summary>
    public LocalEngineSettings LocalEngine { get; init; } = new();

    /// <summary>The cluster that runs drivers and jobs; null when this machine does.</summary>
    public SlurmEngineSettings? Slurm { get; init; }

    /// <summary>Where composed configs are kept, an absolute path or a URL; null for the folder in the state folder.</summary>
    public string? ConfigStore { get; init; }

    /// <summary>Where a dataset's storage is, an absolute path or a URL with <c>{dataset}</c> and <c>{namespace}</c>; null for the one in the state folder.</summary>
    public string? Storage { get; init; }
}

/// <summary>Where code comes from.</summary>
internal sealed record CodeSettings
{
    /// <summary>What a repository's name is appended to, ending with a slash; null when every repository has an address of its own.</summary>
    public string? RepositoryBase { get; init; }

    /// <summary>Whether code comes from work trees on this machine: the settings of a local runner.</summary>
    public bool UsesWorkTrees { get; init; }

    /// <summary>The branch of reviewed code.</summary>
    public string DefaultBranch { get; init; } = "main";

    /// <summary>What is different for single repositories, by name.</summary>
    public IReadOnlyDictionary<string, RepositorySettings> Repositories { get; init; } = new Dictionary<string, RepositorySettings>();

    /// <summary>The hosts, beside a repository's own, that submodules may come from; in lower case.</summary>
    public IReadOnlySet<string> SubmoduleHosts { get; init; } = new HashSet<string>();

    /// <summary>The absolute path of a file in the format of git-credential-store; null when there is none.</summary>
    public string? GitCredentials { get; init; }

    /// <summary>How long one fetch may take.</summary>
    public TimeSpan FetchTimeLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How large a mirror may become, in bytes.</summary>
    public long FetchSizeLimit { get; init; } = 20L << 30;
}

/// <summary>What is different for one repository.</summary>
/// <param name="Url">Its address; null for the base with its name.</param>
/// <param name="DefaultBranch">Its branch of reviewed code; null for the one of all.</param>
internal sealed record RepositorySettings(string? Url, string? DefaultBranch);

/// <summary>An issuer of OpenID Connect ID tokens.</summary>
internal sealed record IssuerSettings
{
    /// <summary>Its name in the settings.</summary>
    public required string Name { get; init; }

    /// <summary>The token's <c>iss</c>.</summary>
    public required string Issuer { get; init; }

    /// <summary>The accepted values of <c>aud</c>.</summary>
    public required IReadOnlyList<string> Audiences { get; init; }

    /// <summary>This server's client at the issuer, by which browsers sign in; null where they cannot.</summary>
    public string? ClientId { get; init; }

    /// <summary>The client's secret; null for a public client.</summary>
    public SecretSource? ClientSecret { get; init; }

    /// <summary>The public client by which the command line signs users in; null where it cannot.</summary>
    public string? CommandLineClientId { get; init; }

    /// <summary>What the issuer wants beside it; no secret, for everybody is told.</summary>
    public string? CommandLineClientSecret { get; init; }

    /// <summary>Where its keys are; null means by discovery.</summary>
    public Uri? KeysUrl { get; init; }

    /// <summary>The claim that names a person.</summary>
    public string EmailClaim { get; init; } = "email";

    /// <summary>
    /// What the <c>repository</c> claim of a workflow's token is appended to, ending with a slash; null for issuers whose tokens are those of people.
    /// </summary>
    public string? WorkflowRepositories { get; init; }
}
