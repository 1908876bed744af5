using AnalysisRunner.Config;

namespace AnalysisRunner.Server.Settings;

/// <summary>What the settings are made of: the layers of TOML, and the folder that relative paths start from.</summary>
/// <param name="Layers">The layers, lowest first.</param>
/// <param name="Folder">The absolute path of the folder that holds <c>server.toml</c>.</param>
internal sealed record SettingsText(IReadOnlyList<ConfigLayer> Layers, string Folder)
{
    /// <summary>Makes a path absolute.</summary>
    public string Absolute(string path) => Path.GetFullPath(path, Folder);
}
