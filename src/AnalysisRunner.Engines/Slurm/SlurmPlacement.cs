using System.Text.RegularExpressions;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>Where and in whose name jobs run: what of <c>sbatch</c> an administrator may set. Users set none of it.</summary>
public sealed partial record SlurmPlacement
{
    /// <summary>The options that <see cref="Options"/> may hold. Those that the engine sets itself, and those that run a program or write a file, are not among them.</summary>
    public static readonly IReadOnlyList<string> AllowedOptions =
    [
        "deadline", "delay-boot", "exclude", "extra-node-info", "gres", "hint", "licenses", "nice", "nodelist",
        "prefer", "priority", "reservation", "sockets-per-node", "switches", "threads-per-core", "tmp", "wckey",
    ];

    /// <summary>The partition, or several with commas between them; null is the cluster's default.</summary>
    public string? Partition { get; init; }

    /// <summary>The account that is charged; null is the user's default.</summary>
    public string? Account { get; init; }

    /// <summary>The quality of service; null is the default.</summary>
    public string? Qos { get; init; }

    /// <summary>The features that a node must have; null is any node.</summary>
    public string? Constraint { get; init; }

    /// <summary>Further options by their long name without dashes, of <see cref="AllowedOptions"/>.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>This placement with what another one says in place of it; of the options, those that it names.</summary>
    public SlurmPlacement With(SlurmPlacement other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var options = new Dictionary<string, string>(Options, StringComparer.Ordinal);
        foreach (var (name, value) in other.Options) options[name] = value;
        return new SlurmPlacement
        {
            Partition = other.Partition ?? Partition,
            Account = other.Account ?? Account,
            Qos = other.Qos ?? Qos,
            Constraint = other.Constraint ?? Constraint,
            Options = options,
        };
    }

    /// <summary>Reads options that are written as <c>name=value</c>; of several for one name the last counts, as for <c>sbatch</c>.</summary>
    public static IReadOnlyDictionary<string, string> ReadOptions(IEnumerable<string> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var option in options)
        {
            var parts = option.Split('=', 2);
            values[parts[0]] = parts.Length > 1 ? parts[1] : "";
        }
        return values;
    }

    /// <summary>What is wrong with the values; empty when nothing is.</summary>
    public IReadOnlyList<Problem> Problems()
    {
        var problems = new List<Problem>();
        foreach (var (name, value) in Named())
        {
            if (!ValuePattern().IsMatch(value))
                problems.Add(new(EngineCodes.SlurmOptionMalformed, $"The Slurm option {name} is \"{value}\"; a value has 1 to 200 letters, digits and characters of _ . , : = + * & | ! @ % / ( ) [ ] - and starts with none of - and !. Correct it.", name));
        }
        foreach (var name in Options.Keys.Where(name => !AllowedOptions.Contains(name)))
            problems.Add(new(EngineCodes.SlurmOptionMalformed, $"The Slurm option \"{name}\" is not one that can be set here. Use one of {string.Join(", ", AllowedOptions)}.", name));
        return problems;
    }

    /// <summary>The arguments of <c>sbatch</c>.</summary>
    internal IEnumerable<string> Arguments(string? partition) =>
        Named().Where(option => option.Name != "partition" || partition is null).Select(option => $"--{option.Name}={option.Value}")
            .Concat(partition is null ? [] : [$"--partition={partition}"]);

    /// <summary>Whether a text can be the name of a partition.</summary>
    internal static bool IsValue(string value) => ValuePattern().IsMatch(value);

    private IEnumerable<(string Name, string Value)> Named()
    {
        if (Partition is not null) yield return ("partition", Partition);
        if (Account is not null) yield return ("account", Account);
        if (Qos is not null) yield return ("qos", Qos);
        if (Constraint is not null) yield return ("constraint", Constraint);
        foreach (var (name, value) in Options) yield return (name, value);
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_.,:=+*&|@%/()\[\]][A-Za-z0-9_.,:=+*&|!@%/()\[\]-]{0,199}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ValuePattern();
}
