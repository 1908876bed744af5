using System.Text.RegularExpressions;
using AnalysisRunner.Config;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local.Users;
using AnalysisRunner.Server.Submissions;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Server.Settings;

/// <summary>Reads <c>[datasets.x.identity]</c>, and finds what would make its promises untrue.</summary>
internal static partial class IdentitySettings
{
    private const string UserKey = "user";
    private const string RoleKey = "s3_role";
    private const string ServiceAccountKey = "gcs_service_account";
    private const string AccountKey = "slurm_account";

    /// <summary>Who the jobs of each level of a dataset are.</summary>
    public static IReadOnlyDictionary<AccessLevel, JobIdentity> Read(ConfigTable dataset)
    {
        var identities = new SortedDictionary<AccessLevel, JobIdentity>();
        foreach (var (name, item) in dataset.Find("identity")?.AsMap(item => item.AsTable()) ?? new Dictionary<string, ConfigTable>())
        {
            if (!AccessLevelNames.TryParse(name, out var level)) continue;
            identities[level] = new JobIdentity
            {
                User = item.Find(UserKey)?.AsString(),
                S3Role = item.Find(RoleKey)?.AsString(),
                GcsServiceAccount = item.Find(ServiceAccountKey)?.AsString(),
                SlurmUser = item.Find("slurm_user")?.AsString(),
                SlurmAccount = item.Find(AccountKey)?.AsString(),
            };
        }
        // Each level reaches what those below it let their group read; at level test everybody of the dataset works with the same files.
        return identities.ToDictionary(
            entry => entry.Key,
            entry => entry.Value with
            {
                GroupsOf = [.. identities.Where(other => other.Key < entry.Key).Select(other => other.Value.User).OfType<string>()],
                SharesNewFiles = entry.Key == AccessLevel.Test,
            });
    }

    /// <summary>Everything that is wrong with the identities of all datasets.</summary>
    public static IEnumerable<Problem> Check(MergedConfig settings)
    {
        var datasets = settings.Find("datasets")?.Children.Where(child => child.IsTable).ToList() ?? [];
        var engine = settings.Find("server", "engine") is { IsTable: false, Value.Kind: TomlKind.String } named ? named.Value.AsString() : "local";
        var problems = datasets.SelectMany(dataset => CheckLevels(dataset, engine)).Concat(CheckShared(datasets)).ToList();
        var users = datasets.SelectMany(Levels).Select(level => level.Find(UserKey)).Where(node => node is { IsTable: false, Value.Kind: TomlKind.String }).Select(node => (Node: node!, Name: node!.Value.AsString())).ToList();
        if (users.Count == 0) return problems;
        problems.AddRange(CheckUsers(users));
        problems.AddRange(datasets.SelectMany(CheckComplete));
        return problems;
    }

    private static IEnumerable<Problem> CheckLevels(ConfigNode dataset, string engine)
    {
        var levels = SettingsCheck.LevelsOf(dataset);
        foreach (var level in Levels(dataset))
        {
            if (!levels.Contains(level.Key))
                yield return SettingsCheck.At(level, PolicyCodes.Settings, $"\"{level.Path}\" is about a level that 'levels' of [datasets.{dataset.Key}] does not have; correct the name, add the level there, or remove the key.");
            // What can be given: by the engine of this machine its users, and to whoever is one a role for S3 and a service account of Google, which are the server's to take; by Slurm an account.
            foreach (var kind in level.Children.Where(child => child.Key is "slurm_user" || (child.Key is UserKey or RoleKey or ServiceAccountKey && engine != "local") || (child.Key == AccountKey && engine != "slurm")))
                yield return SettingsCheck.At(kind, IdentityCodes.KindNotSupported, $"\"{kind.Path}\" cannot be given to jobs by the engine '{engine}'; remove it, or use an engine that can.");
            foreach (var taken in level.Children.Where(child => child.Key is RoleKey or ServiceAccountKey && engine == "local"))
            {
                if (Refuse(dataset, level, taken) is { } why) yield return SettingsCheck.At(taken, IdentityCodes.KindNotSupported, $"\"{taken.Path}\" {why}");
            }
            if (level.Find(AccountKey) is { } account)
            {
                foreach (var problem in SlurmSettings.CheckAccount(account)) yield return problem;
            }
            if (level.IsTable && !level.Children.Any())
                yield return SettingsCheck.At(level, PolicyCodes.Settings, $"\"{level.Path}\" says nothing; name a '{UserKey}', for Slurm a '{AccountKey}', or remove it.");
        }
    }

    // A role or a service account is worth nothing to a job that can have the server's own credentials.
    private static string? Refuse(ConfigNode dataset, ConfigNode level, ConfigNode taken)
    {
        if (level.Find(UserKey) is null) return $"would be beside the server's own credentials, which jobs of the server's user can read; add '{UserKey}' to it.";
        if (dataset.Find("store_credentials") is { IsTable: false, Value.Kind: TomlKind.String } lent && lent.Value.AsString() == SettingsCheck.LentCredentials) return "is of no use where 'store_credentials' lends jobs the server's own; remove one of them.";
        if (taken is not { IsTable: false, Value.Kind: TomlKind.String }) return null;
        var value = taken.Value.AsString();
        if (taken.Key == RoleKey) return Role().IsMatch(value) ? null : $"is {Quoted.Value(value)}, which is no ARN of a role; write it as 'arn:aws:iam::<account>:role/<name>'.";
        return ServiceAccount().IsMatch(value) ? null : $"is {Quoted.Value(value)}, which is no e-mail address of a service account; write it as '<name>@<project>.iam.gserviceaccount.com'.";
    }

    // What is in a store is kept apart by nothing else.
    private static IEnumerable<Problem> CheckShared(List<ConfigNode> datasets)
    {
        var taken = datasets.SelectMany(Levels).SelectMany(level => level.Children).Where(child => child is { Key: RoleKey or ServiceAccountKey, IsTable: false, Value.Kind: TomlKind.String });
        foreach (var same in taken.GroupBy(node => node.Value!.AsString(), StringComparer.Ordinal))
        {
            foreach (var node in same.Skip(1))
                yield return SettingsCheck.At(node, IdentityCodes.KindNotSupported, $"\"{node.Path}\" is {Quoted.Value(same.Key)}, as \"{same.First().Path}\" is, so that nothing would keep the two apart in the store; make one for each dataset and level.");
        }
    }

    [GeneratedRegex(@"\Aarn:[a-z-]+:iam::[0-9A-Za-z]*:role/[\w+=,.@/-]{1,512}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Role();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9.-]{0,99}@([a-z0-9-]{1,63}\.){1,4}gserviceaccount\.com\z", RegexOptions.CultureInvariant)]
    private static partial Regex ServiceAccount();

    private static IEnumerable<Problem> CheckUsers(List<(ConfigNode Node, string Name)> users)
    {
        var found = new List<(ConfigNode Node, OsUser User)>();
        foreach (var (node, name) in users)
        {
            if (OsUser.Refuse(name) is { } refusal) yield return SettingsCheck.At(node, refusal.Code, $"\"{node.Path}\": {refusal.Message}");
            else found.Add((node, OsUser.Find(name)!));
        }
        foreach (var (node, user) in found)
        {
            foreach (var (other, holder) in found.TakeWhile(entry => entry.Node != node))
            {
                if (holder.Id == user.Id)
                    yield return SettingsCheck.At(node, IdentityCodes.UserNotUsable, $"\"{node.Path}\" is {Quoted.Value(user.Name)}, as \"{other.Path}\" is, so that nothing would keep the two apart; make a user for each dataset and level.");
                else if (holder.Groups.Contains(user.GroupId) || user.Groups.Contains(holder.GroupId))
                    yield return SettingsCheck.At(node, IdentityCodes.UserNotUsable, $"\"{node.Path}\" is {Quoted.Value(user.Name)}, who shares a group with {Quoted.Value(holder.Name)} of \"{other.Path}\", and own groups are what keeps them apart; give each user a group that nobody else is in.");
            }
        }
    }

    // One level without an identity would undo those of all others: its jobs would run as root.
    private static IEnumerable<Problem> CheckComplete(ConfigNode dataset)
    {
        if (dataset.Find("unenforced") is { IsTable: false, Value.Kind: TomlKind.Boolean } unenforced && unenforced.Value.AsBoolean()) yield break;
        foreach (var level in SettingsCheck.LevelsOf(dataset).Where(level => dataset.Find("identity")?.Find(level)?.Find(UserKey) is null))
            yield return SettingsCheck.At(dataset, IdentityCodes.IdentityMissing, $"\"{dataset.Path}\" has no identity for its level '{level}', while other levels have: its jobs would run as root and could do everything. Set '{level}' in [datasets.{dataset.Key}.identity], or 'unenforced = true' if everybody in the dataset may do that.");
    }

    private static IEnumerable<ConfigNode> Levels(ConfigNode dataset) => dataset.Find("identity") is { IsTable: true } identity ? identity.Children : [];
}
