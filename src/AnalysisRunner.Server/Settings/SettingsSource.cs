using System.Security.Cryptography;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Toml;
using ConfigLayer = AnalysisRunner.Config.ConfigLayer;

namespace AnalysisRunner.Server.Settings;

/// <summary>The file <c>server.toml</c> over the environment of the original server.</summary>
/// <param name="path">The absolute path of the file.</param>
/// <param name="environment">The layer below it; null when there is none.</param>
internal sealed class SettingsSource(string path, ConfigLayer? environment)
{
    private const int MaximumLength = 8 * 1024 * 1024;

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Reads and checks everything.</summary>
    /// <exception cref="AnalysisRunnerException">Everything that is wrong.</exception>
    public ServerSettings Read()
    {
        // Before the text: what changes in between is another content at the next look.
        var version = Fingerprint();
        return SettingsReader.Read(ReadText()) with { Version = version };
    }

    /// <summary>
    /// A text that changes with the content of the file and of the files of members that it names; whatever cannot be read counts as a content of its own.
    /// </summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Content(path));
        SettingsText text;
        try
        {
            text = ReadText();
        }
        catch (AnalysisRunnerException)
        {
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        foreach (var dataset in Config.MergedConfig.Merge(text.Layers).Find("datasets")?.Children ?? [])
        {
            if (dataset.Find("members_file") is { IsTable: false, Value.Kind: TomlKind.String } file) hash.AppendData(Content(text.Absolute(file.Value.AsString())));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private SettingsText ReadText()
    {
        try
        {
            if (new FileInfo(path).Length > MaximumLength) throw new IOException($"It has more than {MaximumLength} bytes.");
            var file = ConfigLayer.FromServer(path, TomlDocument.Load(path));
            return new SettingsText(environment is null ? [file] : [environment, file], System.IO.Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new AnalysisRunnerException([new Problem(PolicyCodes.Settings, $"The settings '{path}' cannot be read: {e.Message} Correct the path, or the rights of the file.", File: path)], e);
        }
    }

    private static byte[] Content(string file)
    {
        try
        {
            return SHA256.HashData(File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return Encoding.UTF8.GetBytes(e.GetType().Name);
        }
    }
}
