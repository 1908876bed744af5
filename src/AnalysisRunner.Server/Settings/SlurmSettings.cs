using AnalysisRunner.Config;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Slurm;

namespace AnalysisRunner.Server.Settings;

/// <summary>What the settings say about the Slurm cluster that runs drivers and jobs. Texts and numbers only, so that equal settings are equal.</summary>
internal sealed record SlurmSettings
{
    /// <summary>The partition; null is the cluster's default.</summary>
    public string? Partition { get; init; }

    /// <summary>The partition of drivers; null is that of the others.</summary>
    public string? DriverPartition { get; init; }

    /// <summary>The account that is charged; null is the user's default.</summary>
    public string? Account { get; init; }

    /// <summary>The quality of service; null is the default.</summary>
    public string? Qos { get; init; }

    /// <summary>The features that a node must have; null is any node.</summary>
    public string? Constraint { get; init; }

    /// <summary>Further options, a line each, as <c>name=value</c>.</summary>
    public string Options { get; init; } = "";

    /// <summary>By what the memory of a job is multiplied at each further attempt.</summary>
    public double MemoryGrowth { get; init; } = 1;

    /// <summary>How long a file of a node may take to be seen here.</summary>
    public TimeSpan VisibilityLimit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Reads the section; null when another engine is chosen.</summary>
    public static SlurmSettings? Read(ConfigTable settings)
    {
        if (settings.Section("server")["engine"].AsString() != "slurm") return null;
        var slurm = settings.Section("slurm");
        return new SlurmSettings
        {
            Partition = slurm.Find("partition")?.AsString(),
            DriverPartition = slurm.Find("driver_partition")?.AsString(),
            Account = slurm.Find("account")?.AsString(),
            Qos = slurm.Find("qos")?.AsString(),
            Constraint = slurm.Find("constraint")?.AsString(),
            Options = string.Join('\n', slurm["options"].AsArray(item => item.AsString())),
            MemoryGrowth = slurm["memory_growth"].AsNumber(),
            VisibilityLimit = slurm["visibility_limit"].AsDuration(),
        };
    }

    /// <summary>What is wrong with values of the section, by the key that each belongs to.</summary>
    /// <param name="text">The value of a key; null when there is none.</param>
    /// <param name="options">The values of <c>options</c>.</param>
    public static IEnumerable<(string Key, Problem Problem)> Problems(Func<string, string?> text, IReadOnlyList<string> options)
    {
        var keys = new (string Key, SlurmPlacement Placement)[]
        {
            ("partition", new SlurmPlacement { Partition = text("partition") }),
            ("driver_partition", new SlurmPlacement { Partition = text("driver_partition") }),
            ("account", new SlurmPlacement { Account = text("account") }),
            ("qos", new SlurmPlacement { Qos = text("qos") }),
            ("constraint", new SlurmPlacement { Constraint = text("constraint") }),
            ("options", new SlurmPlacement { Options = Split(options) }),
        };
        return keys.SelectMany(entry => entry.Placement.Problems().Select(problem => (entry.Key, problem)));
    }

    /// <summary>Where jobs are placed.</summary>
    public SlurmPlacement Placement() =>
        new() { Partition = Partition, Account = Account, Qos = Qos, Constraint = Constraint, Options = Split(Options.Split('\n', StringSplitOptions.RemoveEmptyEntries)) };

    /// <summary>The last of several values of one option counts, as for <c>sbatch</c>.</summary>
    private static Dictionary<string, string> Split(IEnumerable<string> options)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var option in options)
        {
            var parts = option.Split('=', 2);
            values[parts[0]] = parts.Length > 1 ? parts[1] : "";
        }
        return values;
    }
}
