#if NET
using System;
using System.Collections.Generic;
using System.IO;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>Finds and reads config files, whatever is then asked of them.</summary>
internal static class ConfigFiles
{
    /// <summary>The files that a program was given, in order; empty when none.</summary>
    /// <param name="variable">The text of <see cref="ConfigLoader.PathVariable"/>.</param>
    internal static string[] Listed(string? variable) =>
        variable is null ? [] : variable.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What is wrong when no file is listed.</summary>
    internal static ConfigException NoneListed(string? variable) => Failed(
        "The environment variable " + ConfigLoader.PathVariable + " is \"" + variable + "\", so there is no config to load. "
        + "Set it to a comma-separated list of TOML files; under a runner it is always set.", ConfigLoader.PathVariable);

    /// <summary>Reads files as layers, in order; what cannot be read is told in <paramref name="unreadable"/>.</summary>
    /// <exception cref="ConfigException">The list is empty.</exception>
    internal static List<ConfigLayer> Read(IEnumerable<string> paths, List<ConfigProblem> unreadable)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var layers = new List<ConfigLayer>();
        foreach (var path in paths)
        {
            try
            {
                if (ReadDocument(path, unreadable) is { } document) layers.Add(ConfigLayer.FromServer(path, document));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
            {
                unreadable.Add(new ConfigProblem(ConfigCodes.UnreadableFile, "The config file \"" + path + "\" cannot be read: "
                    + error.Message
                    + " Correct the path, or the rights of the file.", "", path, default));
            }
        }
        return layers.Count > 0 || unreadable.Count > 0
            ? layers
            : throw Failed("The list of config files is \"\", so there is no config to load. Name at least one TOML file.", "");
    }

    private static TomlDocument? ReadDocument(string path, List<ConfigProblem> unreadable)
    {
        var end = path.IndexOf("://", StringComparison.Ordinal);
        if (end < 0) return TomlDocument.Load(path);
        var scheme = path.Substring(0, end);
        var missing = "config is read from local files, gs:// and s3:// only. Copy it to one of them and name that.";
        if (ConfigStores.Find(scheme) is { } store)
        {
            try
            {
                return TomlDocument.Parse(store.Read(path), path);
            }
            catch (NotSupportedException error)
            {
                missing = "this program has no store that reads " + scheme + "://: " + error.Message + " Or copy it to a local file and name that.";
            }
        }
        else if (ConfigStores.PackageOf(scheme) is { } package)
        {
            missing = "this program has no store that reads " + scheme + "://. Add the packages \"AnalysisRunner.Pipelines\" and \"" + package
                + "\" to it, or copy it to a local file and name that.";
        }
        unreadable.Add(new ConfigProblem(ConfigCodes.RemotePath, "\"" + path + "\" is not a local file, and " + missing, "", path, default));
        return null;
    }

    private static ConfigException Failed(string message, string file) =>
        new([new ConfigProblem(ConfigCodes.NoConfig, message, "", file, default)]);
}
#endif
