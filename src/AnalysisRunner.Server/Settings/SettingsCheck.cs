using AnalysisRunner.Config;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Images;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Record.Databases;
using AnalysisRunner.Server.Stores;
using AnalysisRunner.Server.Submissions;
using AnalysisRunner.Server.Submissions.Rules;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Server.Settings;

/// <summary>What a schema cannot say about settings: addresses, names, and what keys mean for one another.</summary>
/// <param name="text">Says where relative paths start.</param>
internal sealed partial class SettingsCheck(SettingsText text)
{
    /// <summary>The value of <c>store_credentials</c> that lends jobs the server's own.</summary>
    public const string LentCredentials = "server";

    private const int MaximumMembersFile = 4 * 1024 * 1024;

    private readonly List<Problem> _problems = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _membersOfFiles = new(StringComparer.Ordinal);
    private IReadOnlySet<string> _broken = new HashSet<string>();

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<Problem> Problems => _problems;

    /// <summary>The members that files name, by dataset.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> MembersOfFiles => _membersOfFiles;

    /// <summary>Judges the settings, except the keys that are known to be broken.</summary>
    public void Check(MergedConfig settings, IReadOnlySet<string> broken)
    {
        _broken = broken;
        Url(settings.Find("server", "public_url"), "https", "http");
        Database(settings.Find("server", "database"));
        Url(settings.Find("server", "repository_base"), "https", "ssh", "file");
        Address(settings.Find("server", "config_store"));
        var storage = settings.Find("server", "storage");
        Address(storage);
        foreach (var part in new[] { "{dataset}", "{namespace}" })
        {
            if (Text(storage) is { } pattern && !pattern.Contains(part, StringComparison.Ordinal)) Report(storage!, $"has no {part}, so that two datasets or namespaces would share one place; add it.");
        }
        if (Text(settings.Find("server", "git_credentials")) is { } credentials && !File.Exists(text.Absolute(credentials))) Report(settings.Find("server", "git_credentials")!, "names a file that does not exist; correct the path, or remove the key.");
        if (Text(settings.Find("server", "image_credentials")) is { } users && RegistryCredentials.FindFault(text.Absolute(users)) is { } fault) Report(settings.Find("server", "image_credentials")!, fault);

        foreach (var (place, name) in Items(settings.Find("server", "pass_environment")).Where(item => !EnvironmentRule.IsName(item.Text) || EnvironmentRule.IsReserved(item.Text)))
        {
            Report(place, $"holds {Quoted.Value(name)}, which is no name of an environment variable, or one that decides which config, identity or programs a run has; remove it.");
        }

        foreach (var repository in Tables(settings, "repositories"))
        {
            RepositoryName(repository, repository.Key);
            Url(repository.Find("url"), "https", "ssh", "file");
        }
        var issuers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var identity in Tables(settings, "identity"))
        {
            Url(identity.Find("issuer"), "https", "loopback");
            Url(identity.Find("jwks_uri"), "https", "loopback");
            Url(identity.Find("workflow_repositories"), "https");
            if (Text(identity.Find("issuer")) is { } issuer && !issuers.Add(issuer)) Report(identity.Find("issuer")!, "is the issuer of another [identity] too; give its audiences in one of them.");
        }
        foreach (var dataset in Tables(settings, "datasets")) CheckDataset(settings, dataset);
        CheckNotifications(settings);
    }

    /// <summary>An address that a name can be appended to.</summary>
    public static string WithSlash(string address) => address.EndsWith('/') ? address : address + "/";

    private void CheckDataset(MergedConfig settings, ConfigNode dataset)
    {
        if (!DatasetName.TryParse(dataset.Key, out _))
        {
            Report(dataset, $"is not a dataset name; use lower-case letters, digits and single hyphens, starting with a letter, at most {DatasetName.MaximumLength} characters.");
        }
        foreach (var (place, name) in Items(dataset.Find("repositories")))
        {
            RepositoryName(place, name);
            var hasAddress = Text(settings.Find("repositories", name, "url")) is not null || Text(settings.Find("server", "repository_base")) is not null;
            if (!hasAddress && KnownRepositories.IsName(name)) Report(place, $"names the repository {Quoted.Value(name)}, which has no address; set 'repository_base' in [server], or 'url' in [repositories.{name}].");
        }
        var levels = Items(dataset.Find("levels")).Select(item => item.Text).ToList();
        foreach (var level in new[] { "test", "standard", "full" })
        {
            if (dataset.Find(level) is { } own && !(dataset.Find("levels") is null ? level == "test" : levels.Contains(level)))
            {
                Report(own, $"is about a level that 'levels' of [datasets.{dataset.Key}] does not have; add it there, or remove the table.");
            }
        }
        var isUnenforced = dataset.Find("unenforced") is { IsTable: false, Value.Kind: TomlKind.Boolean } unenforced && unenforced.Value.AsBoolean();
        if (!isUnenforced && Text(dataset.Find("store_credentials")) == LentCredentials)
        {
            Report(dataset.Find("store_credentials")!, "lets jobs use the server's own credentials, with which no level is enforced; add 'unenforced = true', or remove the key.");
        }
        if (Text(dataset.Find("members_file")) is { } file) ReadMembers(dataset, text.Absolute(file));
    }

    private void ReadMembers(ConfigNode dataset, string path)
    {
        var place = dataset.Find("members_file")!;
        try
        {
            if (new FileInfo(path).Length > MaximumMembersFile) Report(place, $"names a file of more than {MaximumMembersFile} bytes, which is no list of members; correct the path.");
            else _membersOfFiles[dataset.Key] = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            Report(place, $"names a file that cannot be read: {e.Message} Correct the path, or the rights of the file.");
        }
    }

    private void RepositoryName(ConfigNode place, string name)
    {
        if (!KnownRepositories.IsName(name)) Report(place, $"has the repository name {Quoted.Value(name)}; use letters, digits, '.', '_', '-' and '/'.");
    }

    private void Url(ConfigNode? node, params string[] schemes)
    {
        if (Text(node) is not { } address) return;
        var isUrl = Uri.TryCreate(address, UriKind.Absolute, out var url)
            && (schemes.Contains(url.Scheme) || (url is { Scheme: "http", IsLoopback: true } && schemes.Contains("loopback")))
            && url is { Query: "", Fragment: "" } && (url.UserInfo.Length == 0 || url.Scheme == "ssh") && (url.Scheme == "file" || url.Host.Length > 0)
            && !address.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));
        var allowed = string.Join(", ", schemes.Select(scheme => scheme == "loopback" ? "http:// of this machine" : scheme + "://"));
        if (!isUrl) Report(node!, $"is not an address of a kind that belongs here ({allowed}, without query and user name); correct it.");
    }

    private void Database(ConfigNode? node)
    {
        if (Text(node) is not { } database || database == InvocationLogOptions.Sqlite) return;
        try
        {
            _ = PostgresDatabase.Parse(database);
        }
        catch (AnalysisRunnerException refusal)
        {
            _problems.AddRange(refusal.Problems.Select(problem => At(node!, problem.Code, problem.Message)));
        }
    }

    private void Address(ConfigNode? node)
    {
        if (Text(node) is { } address && StorageAddress.Parse(address) is null) Report(node!, "is neither 'file://' with an absolute path nor a path of 'gs://' or 's3://'; correct it.");
    }

    private string? Text(ConfigNode? node) => node is { IsTable: false, Value.Kind: TomlKind.String } && !_broken.Contains(node.Path) ? node.Value.AsString() : null;

    private static List<(ConfigNode Place, string Text)> Items(ConfigNode? node) =>
        node is { IsTable: false, Value.Kind: TomlKind.Array }
            ? node.Value.AsArray().Where(item => item.Kind == TomlKind.String).Select(item => (Place: node, Text: item.AsString())).ToList()
            : [];

    private static IEnumerable<ConfigNode> Tables(MergedConfig settings, string key) => settings.Find(key)?.Children.Where(child => child.IsTable) ?? [];

    private void Report(ConfigNode node, string fault)
    {
        var shown = Text(node) is { } value ? $"\"{node.Path}\" is {Quoted.Value(value)}, which" : $"\"{node.Path}\"";
        _problems.Add(At(node, PolicyCodes.Settings, $"{shown} {fault}"));
    }

    /// <summary>The levels of a dataset, by name.</summary>
    internal static IReadOnlyList<string> LevelsOf(ConfigNode dataset) => dataset.Find("levels") is { IsTable: false, Value.Kind: TomlKind.Array } levels
        ? [.. levels.Value.AsArray().Where(item => item.Kind == TomlKind.String).Select(item => item.AsString())]
        : ["test"];

    internal static Problem At(ConfigNode node, string code, string message) =>
        new(code, message, node.Path, node.Place.File, node.Place.Span.Line, node.Place.Span.Column);
}
