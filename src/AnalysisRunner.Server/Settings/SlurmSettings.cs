using AnalysisRunner.Config;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Slurm;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Server.Settings;

/// <summary>Reads <c>[slurm]</c> and <c>[datasets.x.slurm]</c>, and finds what Slurm must not be told.</summary>
internal static class SlurmSettings
{
    private const string Section = "slurm";
    private const string Engine = "slurm";
    private const string OptionsKey = "options";

    private static readonly (string Key, Func<string, SlurmPlacement> Placement)[] Values =
    [
        ("partition", value => new SlurmPlacement { Partition = value }),
        ("driver_partition", value => new SlurmPlacement { Partition = value }),
        ("account", value => new SlurmPlacement { Account = value }),
        ("qos", value => new SlurmPlacement { Qos = value }),
        ("constraint", value => new SlurmPlacement { Constraint = value }),
    ];

    /// <summary>Reads the section; null when another engine is chosen.</summary>
    public static SlurmEngineSettings? Read(ConfigTable settings)
    {
        if (settings.Section("server")["engine"].AsString() != Engine) return null;
        var slurm = settings.Section(Section);
        return new SlurmEngineSettings
        {
            Partition = slurm.Find("partition")?.AsString(),
            DriverPartition = slurm.Find("driver_partition")?.AsString(),
            Account = slurm.Find("account")?.AsString(),
            Qos = slurm.Find("qos")?.AsString(),
            Constraint = slurm.Find("constraint")?.AsString(),
            Options = slurm[OptionsKey].AsArray(item => item.AsString()),
            MemoryGrowth = slurm["memory_growth"].AsNumber(),
            VisibilityLimit = slurm["visibility_limit"].AsDuration(),
            Images = slurm["images"].AsString(),
            Containers = slurm["containers"].AsString(),
            ContainerArguments = slurm["container_arguments"].AsArray(item => item.AsString()),
        };
    }

    /// <summary>What is different for the jobs of each level of a dataset.</summary>
    public static IReadOnlyDictionary<AccessLevel, SlurmPlacement> ReadLevels(ConfigTable dataset)
    {
        var placements = new Dictionary<AccessLevel, SlurmPlacement>();
        foreach (var (name, item) in dataset.Find(Section)?.AsMap(item => item.AsTable()) ?? new Dictionary<string, ConfigTable>())
        {
            if (!AccessLevelNames.TryParse(name, out var level)) continue;
            placements[level] = new SlurmPlacement
            {
                Partition = item.Find("partition")?.AsString(),
                Qos = item.Find("qos")?.AsString(),
                Constraint = item.Find("constraint")?.AsString(),
                Options = SlurmPlacement.ReadOptions(item[OptionsKey].AsArray(text => text.AsString())),
            };
        }
        return placements;
    }

    /// <summary>Everything that is wrong.</summary>
    public static IEnumerable<Problem> Check(MergedConfig settings)
    {
        var problems = settings.Find(Section) is { IsTable: true } section ? CheckValues(section).ToList() : [];
        var isChosen = settings.Find("server", "engine") is { IsTable: false, Value.Kind: TomlKind.String } engine && engine.Value.AsString() == Engine;
        foreach (var dataset in settings.Find("datasets")?.Children.Where(child => child.IsTable) ?? [])
        {
            if (dataset.Find(Section) is not { IsTable: true } own) continue;
            if (!isChosen)
                problems.Add(SettingsCheck.At(own, EngineCodes.SettingOfOtherEngine, $"\"{own.Path}\" is for the engine 'slurm', and the server has another one; remove it, or set engine = \"slurm\" in [server]."));
            var levels = SettingsCheck.LevelsOf(dataset);
            foreach (var level in own.Children)
            {
                if (!levels.Contains(level.Key))
                    problems.Add(SettingsCheck.At(level, PolicyCodes.Settings, $"\"{level.Path}\" is about a level that 'levels' of [datasets.{dataset.Key}] does not have; correct the name, add the level there, or remove the key."));
                if (level.IsTable) problems.AddRange(CheckValues(level));
            }
        }
        return problems;
    }

    /// <summary>What is wrong with the account of an identity.</summary>
    public static IEnumerable<Problem> CheckAccount(ConfigNode account) =>
        account is { IsTable: false, Value.Kind: TomlKind.String } ? At(account, new SlurmPlacement { Account = account.Value.AsString() }) : [];

    private static IEnumerable<Problem> CheckValues(ConfigNode section)
    {
        foreach (var (key, placement) in Values)
        {
            if (section.Find(key) is not { IsTable: false, Value.Kind: TomlKind.String } node) continue;
            foreach (var problem in At(node, placement(node.Value.AsString()))) yield return problem;
        }
        if (section.Find(OptionsKey) is not { IsTable: false, Value.Kind: TomlKind.Array } options) yield break;
        var texts = options.Value.AsArray().Where(item => item.Kind == TomlKind.String).Select(item => item.AsString());
        foreach (var problem in At(options, new SlurmPlacement { Options = SlurmPlacement.ReadOptions(texts) })) yield return problem;
    }

    private static IEnumerable<Problem> At(ConfigNode node, SlurmPlacement placement) =>
        placement.Problems().Select(problem => SettingsCheck.At(node, problem.Code, problem.Message));
}
