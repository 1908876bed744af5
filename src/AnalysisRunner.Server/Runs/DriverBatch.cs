using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Stores;

namespace AnalysisRunner.Server.Runs;

/// <summary>The batch of one job that is a driver.</summary>
internal static class DriverBatch
{
    /// <summary>The id of the driver in its batch.</summary>
    public const int Job = 1;

    /// <summary>
    /// The variables of the server's own environment that drivers and jobs see: how to find programs, the user's folders, the way to the network.
    /// Nothing else of whatever started the server reaches them.
    /// </summary>
    public static IReadOnlyList<string> PassedEnvironment { get; } =
    [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "TZ", "TMPDIR", "DOTNET_ROOT", "NUGET_PACKAGES",
        "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR",
    ];

    /// <summary>Describes the driver of an invocation; the ar-guid is its key, so that no engine runs it twice.</summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="script">The driver's script.</param>
    /// <param name="config">Where the driver reads its config.</param>
    /// <param name="url">Where the driver reaches the server.</param>
    /// <param name="tokenFile">Where the driver reads its token.</param>
    /// <param name="passed">The variables of the server's own environment that the administrator wants drivers to have.</param>
    /// <param name="role">The variables of its role (<see cref="IdentityVariables.Of"/>).</param>
    public static BatchSpec Describe(Invocation invocation, string script, string config, string url, string tokenFile, IEnumerable<string> passed, IReadOnlyDictionary<string, string> role)
    {
        var attributes = new Dictionary<string, string>
        {
            ["ar-guid"] = invocation.ArGuid,
            ["author"] = invocation.SubmittedBy,
            [StoreCredentials.DatasetAttribute] = invocation.Dataset,
            [SlurmPlacements.LevelAttribute] = invocation.AccessLevel.ToName(),
            ["commit"] = invocation.Commit,
        };
        if (invocation.Repository is not null) attributes["repository"] = invocation.Repository;
        if (invocation.Branch is not null) attributes["branch"] = invocation.Branch;
        return new BatchSpec
        {
            Key = invocation.ArGuid,
            Name = $"driver of {invocation.Project ?? invocation.Script[0]}",
            Attributes = attributes,
            Identity = IdentityVariables.ForEngine(invocation.Identity),
            Jobs =
            [
                new JobSpec
                {
                    Id = Job,
                    Name = "driver",
                    Command = script,
                    // It waits for its jobs: a slot that it held could be the one that they wait for.
                    MilliCpu = 0,
                    // The role first: nothing that is passed on replaces its variables.
                    Environment = new Dictionary<string, string>(role.Concat(Values(passed)).DistinctBy(variable => variable.Key))
                    {
                        ["DOTNET_NOLOGO"] = "1",
                        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
                        ["MSBUILDDISABLENODEREUSE"] = "1",
                        [DriverEnvironment.ConfigPath] = config,
                        [DriverEnvironment.Url] = url,
                        [DriverEnvironment.TokenFile] = tokenFile,
                        [DriverEnvironment.ArGuid] = invocation.ArGuid,
                    },
                },
            ],
        };
    }

    private static IEnumerable<KeyValuePair<string, string>> Values(IEnumerable<string> names) =>
        names.Select(name => (name, value: System.Environment.GetEnvironmentVariable(name))).Where(found => found.value is not null).Select(found => KeyValuePair.Create(found.name, found.value!));
}
