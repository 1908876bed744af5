using AnalysisRunner.Config;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Server.Settings;

/// <summary>Reads the section <c>[local_engine]</c>, of <c>server.toml</c> or of the one file that the owner of a local runner may write.</summary>
internal static class LocalEngineReader
{
    /// <summary>The file of a local runner's owner, in its state folder.</summary>
    public const string FileName = "engine.toml";

    /// <summary>The schema of the section, as text.</summary>
    public const string SchemaResource = "local-engine.schema.toml";

    private const string Section = "local_engine";

    /// <summary>The settings in a file that holds nothing else; those without any when there is no file.</summary>
    /// <exception cref="AnalysisRunnerException">Everything that is wrong.</exception>
    public static LocalEngineSettings ReadFile(string path)
    {
        if (!File.Exists(path)) return new LocalEngineSettings();
        try
        {
            return Read(new ConfigLoader(SettingsReader.ReadSchema(SchemaResource)).Load([path]));
        }
        catch (ConfigException e)
        {
            throw new AnalysisRunnerException([.. e.Problems.Select(p => new Problem(p.Code, p.Message, p.Key, p.File, p.Span.Line, p.Span.Column))]);
        }
    }

    /// <summary>The settings in what was read.</summary>
    public static LocalEngineSettings Read(ConfigTable table)
    {
        var section = table.Section(Section);
        return new LocalEngineSettings
        {
            Cpu = section.Find("cpu")?.AsString(),
            Memory = section.Find("memory")?.AsString(),
            Isolation = section["isolation"].AsString(),
            Images = section["images"].AsString(),
            Containers = section["containers"].AsString(),
            ContainerArguments = section["container_arguments"].AsArray(item => item.AsString()),
            Scratch = section["scratch"].AsString(),
        };
    }
}
