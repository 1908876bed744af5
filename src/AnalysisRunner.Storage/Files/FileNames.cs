using System.Buffers;

namespace AnalysisRunner.Storage.Files;

/// <summary>Which names of files are possible and safe.</summary>
internal static class FileNames
{
    /// <summary>The folder beside objects in which the store keeps its records, locks and unfinished files.</summary>
    internal const string WorkFolder = ".analysis-runner";

    private static readonly SearchValues<char> Forbidden = SearchValues.Create("<>:\"|?*\\");

    private static readonly HashSet<string> Devices = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL",
        "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "COM\u00B9", "COM\u00B2", "COM\u00B3",
        "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9", "LPT\u00B9", "LPT\u00B2", "LPT\u00B3",
    };

    /// <summary>Refuses what cannot be a file's name here, or must not be.</summary>
    internal static void Ensure(StoragePath path, bool portable)
    {
        foreach (var name in path.Key.Split('/'))
        {
            if (string.Equals(name, WorkFolder, StringComparison.OrdinalIgnoreCase))
                throw Refused(path, $"the name \"{name}\" is reserved for the store's own records");
            if ((portable || OperatingSystem.IsWindows()) && Complaint(name) is { } complaint) throw Refused(path, complaint);
        }
    }

    /// <summary>Why Windows cannot hold a name; null when it can.</summary>
    private static string? Complaint(string name)
    {
        if (OperatingSystem.IsWindows() && name.Length == 2 && name[1] == ':') return null;
        if (name.AsSpan().IndexOfAny(Forbidden) is var at and >= 0) return $"the name \"{name}\" holds '{name[at]}', which Windows does not allow";
        if (name[^1] is '.' or ' ') return $"the name \"{name}\" ends with a dot or a space, which Windows drops";
        var stem = name.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 ? name[..dot] : name;
        return Devices.Contains(stem.TrimEnd()) ? $"the name \"{name}\" is a device on Windows" : null;
    }

    private static StorageException Refused(StoragePath path, string complaint) => new(StorageErrorKind.Invalid, StorageCodes.UnsafeName, path.ToString(),
        $"\"{path}\" cannot be a file: {complaint}. Choose another name.");
}
