using System.Security.Cryptography;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines;
using AnalysisRunner.Engines.Local;
using AnalysisRunner.Engines.Slurm;

namespace AnalysisRunner.Pipelines.Hosting;

/// <summary>What the section <c>batch</c> of the config says about the engine of a program that runs alone.</summary>
internal sealed record ConfiguredEngine
{
    private const string Section = "batch";
    private const string OfMachine = "local";
    private const string OfCluster = "slurm";

    /// <summary>What a config says that has no such section.</summary>
    public static ConfiguredEngine None { get; } = new();

    /// <summary><c>local</c> or <c>slurm</c>; null is this machine.</summary>
    public string? Engine { get; init; }

    /// <summary>What it says about the engine of this machine.</summary>
    public LocalEngineSettings Local { get; init; } = new();

    /// <summary>What it says about the engine of a cluster.</summary>
    public SlurmEngineSettings Slurm { get; init; } = new();

    /// <summary>The folder for the files of batches on a cluster, which all nodes see; null is one in the user's home.</summary>
    public string? Directory { get; init; }

    /// <summary>Whether batches run on a cluster.</summary>
    public bool IsOfCluster => Engine == OfCluster;

    /// <summary>What a config says.</summary>
    public static ConfiguredEngine Read(AnalysisConfig config)
    {
        var (images, containers, scratch) = (Text(config, "images"), Text(config, "containers"), Text(config, "scratch"));
        var arguments = config.Get<IReadOnlyList<string>?>([Section, "container_arguments"], null);
        var engine = Text(config, "engine");
        var local = new LocalEngineSettings { Cpu = Text(config, "cpu"), Memory = Text(config, "memory"), Isolation = Text(config, "isolation") };
        var slurm = new SlurmEngineSettings
        {
            Partition = Text(config, OfCluster, "partition"),
            Account = Text(config, OfCluster, "account"),
            Qos = Text(config, OfCluster, "qos"),
            Constraint = Text(config, OfCluster, "constraint"),
            Options = config.Get<IReadOnlyList<string>?>([Section, OfCluster, "options"], null),
            MemoryGrowth = config.Get<double?>([Section, OfCluster, "memory_growth"], null),
            VisibilityLimit = config.Get<TimeSpan?>([Section, OfCluster, "visibility_limit"], null),
        };
        // These mean the same to every engine.
        return new ConfiguredEngine
        {
            Engine = engine,
            Local = engine == OfCluster ? local : local with { Images = images, Containers = containers, ContainerArguments = arguments, Scratch = scratch },
            Slurm = engine == OfCluster ? slurm with { Images = images, Containers = containers, ContainerArguments = arguments, Scratch = scratch } : slurm,
            Directory = Text(config, OfCluster, "directory"),
        };
    }

    /// <summary>What the files say that a program was given; nothing without any.</summary>
    /// <param name="paths">The list of <c>CPG_CONFIG_PATH</c>.</param>
    public static ConfiguredEngine ReadFiles(string? paths) =>
        paths is null ? None : Read(AnalysisConfig.Load(paths.Split(',').Where(path => path.Length > 0)));

    /// <summary>A folder for the files of batches that does not exist yet; readable by this user only, as an engine makes it.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6229</c>, <c>AR6252</c>: settings that are none, or are for another engine; all of them.</exception>
    public DirectoryInfo NewFolder()
    {
        var problems = Problems().ToList();
        if (problems.Count > 0) throw new AnalysisRunnerException(problems);
        // Homes are usually what all nodes of a cluster see; the folders for temporary files are not.
        var parent = !IsOfCluster ? Path.GetTempPath() : Directory ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".analysis-runner");
        return new DirectoryInfo(Path.Combine(Path.GetFullPath(parent), "analysis-runner-" + RandomNumberGenerator.GetHexString(12, lowercase: true)));
    }

    /// <summary>Opens the engine.</summary>
    /// <param name="folder">Where it keeps its batches.</param>
    /// <param name="local">What the config does not say about the engine of this machine.</param>
    /// <param name="slurm">What the config does not say about the engine of a cluster.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IBatchEngine> OpenAsync(DirectoryInfo folder, LocalEngineOptions local, SlurmEngineOptions slurm, CancellationToken cancellation) => IsOfCluster
        ? await SlurmEngine.OpenAsync(Slurm.ApplyTo(slurm with { Directory = folder.FullName }), cancellation).ConfigureAwait(false)
        : await LocalEngine.OpenAsync(Local.ApplyTo(local with { Directory = folder.FullName }), cancellation).ConfigureAwait(false);

    private IEnumerable<Problem> Problems()
    {
        if (Engine is not (null or OfMachine or OfCluster))
            yield return new(EngineCodes.EngineSettingMalformed, $"The engine's setting \"engine\" is \"{Engine}\"; give \"{OfMachine}\", \"{OfCluster}\".", "engine");
        if (IsOfCluster)
        {
            foreach (var (key, value) in new[] { ("cpu", Local.Cpu), ("memory", Local.Memory), ("isolation", Local.Isolation) })
            {
                if (value is not null)
                    yield return new(EngineCodes.SettingOfOtherEngine, $"The config sets \"batch.{key}\" to \"{value}\", which is for the engine \"{OfMachine}\", and chooses the engine \"{OfCluster}\". Remove it: the cluster has limits of its own.", key);
            }
        }
        else if (Slurm != new SlurmEngineSettings() || Directory is not null)
        {
            yield return new(EngineCodes.SettingOfOtherEngine, $"The config has a section [batch.{OfCluster}], and its batches run on this machine. Set engine = \"{OfCluster}\" in [batch], or remove the section.", OfCluster);
        }
    }

    private static string? Text(AnalysisConfig config, params string[] keys) => config.Get<string?>([Section, .. keys], null);
}
