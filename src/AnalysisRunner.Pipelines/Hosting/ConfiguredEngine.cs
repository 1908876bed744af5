using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Pipelines.Hosting;

/// <summary>What the section <c>batch</c> of the config says about the engine of a program that runs alone.</summary>
internal static class ConfiguredEngine
{
    private const string Section = "batch";

    /// <summary>What a config says.</summary>
    public static LocalEngineSettings Read(AnalysisConfig config) => new()
    {
        Cpu = Text(config, "cpu"),
        Memory = Text(config, "memory"),
        Isolation = Text(config, "isolation"),
        Images = Text(config, "images"),
        Containers = Text(config, "containers"),
        ContainerArguments = config.Get<IReadOnlyList<string>?>([Section, "container_arguments"], null),
        Scratch = Text(config, "scratch"),
    };

    /// <summary>What the files say that a program was given; nothing without any.</summary>
    /// <param name="paths">The list of <c>CPG_CONFIG_PATH</c>.</param>
    public static LocalEngineSettings ReadFiles(string? paths) =>
        paths is null ? new LocalEngineSettings() : Read(AnalysisConfig.Load(paths.Split(',').Where(path => path.Length > 0)));

    private static string? Text(AnalysisConfig config, string key) => config.Get<string?>([Section, key], null);
}
