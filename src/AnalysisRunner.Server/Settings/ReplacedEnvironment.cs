using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Toml;
using ConfigLayer = AnalysisRunner.Config.ConfigLayer;

namespace AnalysisRunner.Server.Settings;

/// <summary>
/// The environment variables by which the original server was configured (analysis-runner spec §4.8), as a layer below <c>server.toml</c>: what the file
/// says wins.
/// </summary>
internal static class ReplacedEnvironment
{
    /// <summary>The datasets as JSON: project, a token for each level, repositories.</summary>
    public const string ServerConfig = "SERVER_CONFIG";

    /// <summary>The folder of <c>&lt;dataset&gt;-analysis-members.txt</c>.</summary>
    public const string MembersCacheLocation = "MEMBERS_CACHE_LOCATION";

    /// <summary>The default image.</summary>
    public const string DriverImage = "DRIVER_IMAGE";

    /// <summary>The port to listen on, on all addresses.</summary>
    public const string Port = "PORT";

    private static readonly string[] Levels = ["test", "standard", "full"];

    /// <summary>The layer; null when none of the variables is set.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6044</c> a variable is malformed.</exception>
    public static ConfigLayer? Read(Func<string, string?> environment)
    {
        var settings = new TomlMap();
        if (environment(DriverImage) is { Length: > 0 } image) settings.Add("server", new TomlMap { { "driver_image", image } });
        if (environment(ServerConfig) is { Length: > 0 } json) settings.Add("datasets", ReadDatasets(json, environment(MembersCacheLocation)));
        return settings.Count == 0 ? null : ConfigLayer.FromServer("environment", TomlDocument.Parse(TomlWriter.Write(settings, TomlDialect.Full), "environment"));
    }

    private static TomlMap ReadDatasets(string json, string? membersFolder)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var datasets = new TomlMap();
            foreach (var dataset in document.RootElement.EnumerateObject()) datasets[dataset.Name] = ReadDataset(dataset.Name, dataset.Value, membersFolder);
            return datasets;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new AnalysisRunnerException(
                PolicyCodes.Settings,
                $"The environment variable {ServerConfig} is not the JSON that the server reads ({e.Message}); it is an object that maps each dataset to 'gcp' and 'allowedRepos'.",
                e);
        }
    }

    private static TomlMap ReadDataset(string name, JsonElement dataset, string? membersFolder)
    {
        var map = new TomlMap();
        var levels = new List<object>();
        if (dataset.TryGetProperty("gcp", out var cloud))
        {
            if (cloud.TryGetProperty("projectId", out var project) && project.GetString() is { Length: > 0 } id) map.Add("project", id);
            levels.AddRange(Levels.Where(level => cloud.TryGetProperty(level + "Token", out _)));
        }
        map.Add("levels", levels);
        if (dataset.TryGetProperty("allowedRepos", out var repositories)) map.Add("repositories", repositories.EnumerateArray().Select(item => (object)item.GetString()!).ToList());
        if (membersFolder is { Length: > 0 }) map.Add("members_file", MembersFile(membersFolder, name));
        return map;
    }

    private static string MembersFile(string folder, string dataset) =>
        (folder.StartsWith("file://", StringComparison.Ordinal) ? folder["file://".Length..] : folder).TrimEnd('/') + $"/{dataset}-analysis-members.txt";
}
