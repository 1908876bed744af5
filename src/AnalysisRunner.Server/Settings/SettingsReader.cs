using System.Text;
using AnalysisRunner.Config;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Policies;
using AnalysisRunner.Server.Stores;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Server.Settings;

/// <summary>Turns the text of the settings into <see cref="ServerSettings"/>, or into everything that is wrong with it, each at its line.</summary>
internal static partial class SettingsReader
{
    private const string SchemaResource = "server.schema.toml";

    /// <summary>What the settings may contain.</summary>
    public static Schema Schema { get; } = ReadSchema(SchemaResource, LocalEngineReader.SchemaResource);

    private static readonly string[] ClientKeys = ["client_id", "cli_client_id"];

    private static readonly ConfigLoader Loader = new(Schema);

    /// <summary>Reads the settings and the files of members that they name.</summary>
    /// <exception cref="AnalysisRunnerException">Everything that is wrong.</exception>
    public static ServerSettings Read(SettingsText text)
    {
        var found = ConfigRules.Check(Schema, text.Layers, ConfigStage.Run).Where(problem => !problem.IsWarning).ToList();
        var problems = found.Select(p => new Problem(p.Code, p.Message, p.Key, p.File, p.Span.Line, p.Span.Column)).ToList();
        var merged = MergedConfig.Merge(text.Layers);
        var check = new SettingsCheck(text);
        // What has the wrong type was reported, and would only be reported again; the rest is judged all the same.
        check.Check(merged, found.Select(problem => problem.Key).ToHashSet(StringComparer.Ordinal));
        problems.AddRange(check.Problems);
        problems.AddRange(IdentitySettings.Check(merged));
        problems.AddRange(SlurmSettings.Check(merged));
        if (problems.Count > 0) throw new AnalysisRunnerException([.. problems.OrderBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line).ThenBy(p => p.Column)]);
        return Build(text, Loader.Read(text.Layers), check.MembersOfFiles);
    }

    private static ServerSettings Build(SettingsText text, ConfigTable table, IReadOnlyDictionary<string, IReadOnlyList<string>> membersOfFiles)
    {
        var server = table.Section("server");
        var driverImage = server.Find("driver_image")?.AsString();
        var prefixes = Strings(server["image_prefixes"]);
        return new ServerSettings
        {
            Fixed = new FixedSettings
            {
                LogsJson = server["log"].AsString() == "json",
                State = text.Absolute(server["state"].AsString()),
                PublicUrl = server["public_url"].AsString().TrimEnd('/'),
                Database = server["database"].AsString(),
                Slurm = SlurmSettings.Read(table),
                ConfigStore = server.Find("config_store") is { } store ? StorageAddress.Parse(store.AsString()) : null,
                LocalEngine = LocalEngineReader.Read(table),
                Storage = server.Find("storage") is { } storage ? StorageAddress.Parse(storage.AsString()) : null,
            },
            Code = new CodeSettings
            {
                RepositoryBase = server.Find("repository_base") is { } address ? SettingsCheck.WithSlash(address.AsString()) : null,
                DefaultBranch = server["default_branch"].AsString(),
                Repositories = Map(table, "repositories", (_, item) => new RepositorySettings(item.Find("url")?.AsString(), item.Find("default_branch")?.AsString())),
                SubmoduleHosts = Strings(server["submodule_hosts"]).Select(host => host.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal),
                GitCredentials = server.Find("git_credentials") is { } credentials ? text.Absolute(credentials.AsString()) : null,
                FetchTimeLimit = server["fetch_time_limit"].AsDuration(),
                FetchSizeLimit = server["fetch_size_limit_mb"].AsInteger() << 20,
            },
            Issuers = [.. Map(table, "identity", (name, item) => ReadIssuer(text, name, item)).Values],
            Policy = new Policy
            {
                Datasets = Map(table, "datasets", (name, item) => ReadDataset(name, item, membersOfFiles) with { DriverImage = driverImage, ImagePrefixes = prefixes }),
            },
            DriverImage = driverImage,
            ImageCredentials = server.Find("image_credentials") is { } users ? text.Absolute(users.AsString()) : null,
            PassEnvironment = Strings(server["pass_environment"]),
            ApprovalTimeLimit = server["approval_time_limit"].AsDuration(),
            Administrators = Principals(Strings(server["administrators"])),
            Notifications = ReadNotifications(text, table),
            BatchLimit = server["batch_limit_mb"].AsInteger() << 20,
            Limits = ReadLimits(table.Section("limits")),
            Retention = ReadRetention(table.Section("retention")),
        };
    }

    // Zero is what one writes for no limit: a key that is absent has its default.
    private static LimitSettings ReadLimits(ConfigTable item) => new()
    {
        SubmissionsPerMinute = item["submissions_per_minute"].AsInteger() is > 0 and var rate ? (int)rate : null,
        Unfinished = item["unfinished"].AsInteger() is > 0 and var most ? (int)most : null,
    };

    private static RetentionSettings ReadRetention(ConfigTable item)
    {
        return new RetentionSettings
        {
            Denials = Age("denials"),
            Logs = Age("logs"),
            LogSize = Size("logs_size_mb"),
            Scratch = Age("scratch"),
            ScratchSize = Size("scratch_size_mb"),
            Mirrors = Age("mirrors"),
            MirrorSize = Size("mirrors_size_mb"),
        };

        TimeSpan? Age(string key) => item[key].AsDuration() is var age && age > TimeSpan.Zero ? age : null;
        long? Size(string key) => item[key].AsInteger() is > 0 and var size ? size << 20 : null;
    }

    private static IssuerSettings ReadIssuer(SettingsText text, string name, ConfigTable item) => new()
    {
        Name = name,
        Issuer = item["issuer"].AsString(),
        // What a sign-in brings is meant for the client.
        Audiences = [.. Strings(item["audiences"]), .. ClientKeys.Select(key => item.Find(key)?.AsString()).OfType<string>()],
        ClientId = item.Find("client_id")?.AsString(),
        CommandLineClientId = item.Find("cli_client_id")?.AsString(),
        CommandLineClientSecret = item.Find("cli_client_secret")?.AsString(),
        ClientSecret = ReadSecret(text, item, "client_secret"),
        KeysUrl = item.Find("jwks_uri") is { } keys ? new Uri(keys.AsString()) : null,
        EmailClaim = item["email_claim"].AsString(),
        WorkflowRepositories = item.Find("workflow_repositories") is { } repositories ? SettingsCheck.WithSlash(repositories.AsString()) : null,
    };

    private static DatasetPolicy ReadDataset(string name, ConfigTable item, IReadOnlyDictionary<string, IReadOnlyList<string>> membersOfFiles) => new()
    {
        Name = name,
        Project = item.Find("project")?.AsString(),
        Repositories = Strings(item["repositories"]).ToHashSet(StringComparer.Ordinal),
        Members = Principals(Strings(item["members"]).Concat(membersOfFiles.GetValueOrDefault(name, []))),
        Levels = Levels(item["levels"]).ToDictionary(
            level => level,
            level => item.Find(level.ToName())?.AsTable().Find("members") is { } own ? (IReadOnlySet<string>)Principals(Strings(own)) : null),
        Approval = Levels(item["levels"]).Where(level => item.Find(level.ToName())?.AsTable()["approval"].AsBoolean() == true).ToHashSet(),
        Repositoryless = Levels(item["repositoryless"]).ToHashSet(),
        AllowsUncommittedConfig = item["uncommitted_config"].AsBoolean(),
        IsUnenforced = item["unenforced"].AsBoolean(),
        Identities = IdentitySettings.Read(item),
        SlurmPlacements = SlurmSettings.ReadLevels(item),
        LendsStoreCredentials = item["store_credentials"].AsString() == SettingsCheck.LentCredentials,
    };

    private static HashSet<string> Principals(IEnumerable<string> names) =>
        names.Select(name => name.Trim().ToLowerInvariant()).Where(name => name.Length > 0).ToHashSet(StringComparer.Ordinal);

    private static IReadOnlyList<string> Strings(ConfigValue value) => value.AsArray(item => item.AsString());

    private static IEnumerable<AccessLevel> Levels(ConfigValue value) =>
        Strings(value).Select(name => AccessLevelNames.TryParse(name, out var level) ? level : throw new InvalidDataException(name));

    private static Dictionary<string, T> Map<T>(ConfigTable table, string key, Func<string, ConfigTable, T> read) =>
        table.Find(key) is { } map
            ? map.AsMap(item => item.AsTable()).ToDictionary(entry => entry.Key, entry => read(entry.Key, entry.Value), StringComparer.Ordinal)
            : [];

    /// <summary>The schema that several of this program's files make together.</summary>
    public static Schema ReadSchema(params ReadOnlySpan<string> resources)
    {
        var text = new StringBuilder();
        foreach (var resource in resources)
        {
            using var reader = new StreamReader(typeof(SettingsReader).Assembly.GetManifestResourceStream(resource)!);
            text.Append(reader.ReadToEnd());
        }
        return Schema.Alone(SchemaFile.Parse(TomlDocument.Parse(text.ToString(), resources[0])));
    }
}
