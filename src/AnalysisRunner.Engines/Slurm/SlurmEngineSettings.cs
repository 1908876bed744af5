using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>
/// How the engine of a cluster works, as its administrator writes it: the section <c>[slurm]</c> of a server's settings, and <c>[batch]</c> with
/// <c>[batch.slurm]</c> of the config of a program that runs alone. What is null keeps its default.
/// </summary>
public sealed record SlurmEngineSettings
{
    /// <summary>The partition; by default the cluster's.</summary>
    public string? Partition { get; init; }

    /// <summary>The partition of drivers; by default that of the others.</summary>
    public string? DriverPartition { get; init; }

    /// <summary>The account that is charged; by default the user's own.</summary>
    public string? Account { get; init; }

    /// <summary>The quality of service.</summary>
    public string? Qos { get; init; }

    /// <summary>The features that a node must have.</summary>
    public string? Constraint { get; init; }

    /// <summary>Further options of <c>sbatch</c>, each as <c>name=value</c> (<see cref="SlurmPlacement.AllowedOptions"/>).</summary>
    public IReadOnlyList<string>? Options { get; init; }

    /// <summary>By what the memory of a job is multiplied at each further attempt.</summary>
    public double? MemoryGrowth { get; init; }

    /// <summary>How long a file of a node may take to be seen on the host.</summary>
    public TimeSpan? VisibilityLimit { get; init; }

    /// <summary><c>refuse</c>, <c>ignore</c> or <c>run</c> (<see cref="SlurmEngineOptions.Images"/>).</summary>
    public string? Images { get; init; }

    /// <summary>The program that runs containers (<see cref="ContainerOptions.Program"/>).</summary>
    public string? Containers { get; init; }

    /// <summary>What stands before its command (<see cref="ContainerOptions.GlobalArguments"/>).</summary>
    public IReadOnlyList<string>? ContainerArguments { get; init; }

    /// <summary><c>until-success</c>, <c>until-end</c> or <c>until-forgotten</c> (<see cref="SlurmEngineOptions.Scratch"/>).</summary>
    public string? Scratch { get; init; }

    /// <summary>Where jobs are placed, as <see cref="SlurmEngineOptions.Placement"/>.</summary>
    public SlurmPlacement Placement() => new()
    {
        Partition = Partition,
        Account = Account,
        Qos = Qos,
        Constraint = Constraint,
        Options = SlurmPlacement.ReadOptions(Options ?? []),
    };

    /// <summary>Puts what is set in place of what <paramref name="options"/> say. The values of <c>sbatch</c> are judged when the engine opens.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6229</c>: values that are none; all of them.</exception>
    public SlurmEngineOptions ApplyTo(SlurmEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new List<Problem>();
        var applied = options with
        {
            Placement = options.Placement.With(Placement()),
            DriverPartition = DriverPartition ?? options.DriverPartition,
            MemoryGrowth = MemoryGrowth ?? options.MemoryGrowth,
            VisibilityLimit = VisibilityLimit ?? options.VisibilityLimit,
            Images = SettingWords.OneOf("images", Images, SettingWords.Images, options.Images, problems),
            Containers = options.Containers with { Program = Containers ?? options.Containers.Program, GlobalArguments = ContainerArguments ?? options.Containers.GlobalArguments },
            Scratch = SettingWords.OneOf("scratch", Scratch, SettingWords.Retentions, options.Scratch, problems),
        };
        return problems.Count == 0 ? applied : throw new AnalysisRunnerException(problems);
    }

    /// <summary>Whether both say the same.</summary>
    public bool Equals(SlurmEngineSettings? other) =>
        other is not null
        && (Partition, DriverPartition, Account, Qos, Constraint, MemoryGrowth, VisibilityLimit) == (other.Partition, other.DriverPartition, other.Account, other.Qos, other.Constraint, other.MemoryGrowth, other.VisibilityLimit)
        && (Images, Containers, Scratch) == (other.Images, other.Containers, other.Scratch)
        && (Options ?? []).SequenceEqual(other.Options ?? []) && (ContainerArguments ?? []).SequenceEqual(other.ContainerArguments ?? []);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Partition, DriverPartition, Account, Qos, Constraint, Images, Containers, Options?.Count);
}
