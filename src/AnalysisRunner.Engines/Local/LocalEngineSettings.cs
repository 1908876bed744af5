using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Local;

/// <summary>
/// How the engine of a machine works, as its owner writes it: the section <c>[local_engine]</c> of a server's settings, and <c>[batch]</c> of the config of a
/// program that runs alone. What is null keeps its default.
/// </summary>
public sealed record LocalEngineSettings
{
    private static readonly (string Name, JobIsolation Value)[] Isolations = [("none", JobIsolation.None), ("bubblewrap", JobIsolation.Bubblewrap)];

    /// <summary>Cores that jobs occupy together, such as <c>2</c> or <c>500m</c>.</summary>
    public string? Cpu { get; init; }

    /// <summary>Memory that jobs occupy together, such as <c>8Gi</c>.</summary>
    public string? Memory { get; init; }

    /// <summary><c>none</c> or <c>bubblewrap</c> (<see cref="LocalEngineOptions.Isolation"/>).</summary>
    public string? Isolation { get; init; }

    /// <summary><c>refuse</c>, <c>ignore</c> or <c>run</c> (<see cref="LocalEngineOptions.Images"/>).</summary>
    public string? Images { get; init; }

    /// <summary>The program that runs containers (<see cref="ContainerOptions.Program"/>).</summary>
    public string? Containers { get; init; }

    /// <summary>What stands before its <c>run</c> (<see cref="ContainerOptions.GlobalArguments"/>).</summary>
    public IReadOnlyList<string>? ContainerArguments { get; init; }

    /// <summary><c>until-success</c>, <c>until-end</c> or <c>until-forgotten</c> (<see cref="LocalEngineOptions.Scratch"/>).</summary>
    public string? Scratch { get; init; }

    /// <summary>Puts what is set in place of what <paramref name="options"/> say.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6229</c>: values that are none; all of them.</exception>
    public LocalEngineOptions ApplyTo(LocalEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new List<Problem>();
        var milliCpu = options.MilliCpu;
        if (Cpu is not null && !ResourceQuantity.TryParseCpu(Cpu, out milliCpu)) problems.Add(SettingWords.Malformed("cpu", Cpu, "cores, such as \"2\" or \"500m\""));
        var memory = options.MemoryBytes;
        if (Memory is not null && (!ResourceQuantity.TryParseBytes(Memory, out memory) || memory == 0)) problems.Add(SettingWords.Malformed("memory", Memory, "an amount such as \"8Gi\""));
        var applied = options with
        {
            MilliCpu = milliCpu,
            MemoryBytes = memory,
            Isolation = SettingWords.OneOf("isolation", Isolation, Isolations, options.Isolation, problems),
            Images = SettingWords.OneOf("images", Images, SettingWords.Images, options.Images, problems),
            Containers = options.Containers with { Program = Containers ?? options.Containers.Program, GlobalArguments = ContainerArguments ?? options.Containers.GlobalArguments },
            Scratch = SettingWords.OneOf("scratch", Scratch, SettingWords.Retentions, options.Scratch, problems),
        };
        return problems.Count == 0 ? applied : throw new AnalysisRunnerException(problems);
    }

    /// <summary>Whether both say the same.</summary>
    public bool Equals(LocalEngineSettings? other) =>
        other is not null && (Cpu, Memory, Isolation, Images, Containers, Scratch) == (other.Cpu, other.Memory, other.Isolation, other.Images, other.Containers, other.Scratch)
        && (ContainerArguments ?? []).SequenceEqual(other.ContainerArguments ?? []);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Cpu, Memory, Isolation, Images, Containers, Scratch, ContainerArguments?.Count);
}
