using System.Text;

namespace AnalysisRunner.Server.Runs;

/// <summary>Files and folders for their owner only, written whole or not at all.</summary>
internal static class PrivateFile
{
    private const UnixFileMode FileMode600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode700 = FileMode600 | UnixFileMode.UserExecute;

    /// <summary>Makes a folder and its parents, as far as they are missing.</summary>
    public static void CreateFolder(string path)
    {
        // To make one that is there keeps everybody else out of its parent for that time.
        if (Directory.Exists(path)) return;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, FolderMode700);
    }

    /// <summary>Writes a file, in place of one that may be there.</summary>
    public static void Replace(string path, string text) => File.Move(WriteBeside(path, text), path, overwrite: true);

    /// <summary>
    /// Writes a file, in place of one that may be there, without waiting for the disk: for what is made anew after a loss of power. Whoever reads it
    /// meanwhile sees the old one or the new one.
    /// </summary>
    public static void ReplaceSoon(string path, string text) => File.Move(WriteBeside(path, text, flush: false), path, overwrite: true);

    /// <summary>Writes a file that must not be there yet; false when one is, which stays as it is.</summary>
    public static bool CreateOnce(string path, string text)
    {
        var temporary = WriteBeside(path, text);
        try
        {
            File.Move(temporary, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(temporary);
            return false;
        }
    }

    /// <summary>Makes a file, in place of one that may be there, to be written piece by piece.</summary>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = FileMode600;
        return new FileStream(path, options);
    }

    /// <summary>Removes a folder with everything in it, also what a build made read-only; links are removed, not followed.</summary>
    public static void RemoveFolder(string path)
    {
        if (!Directory.Exists(path)) return;
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException && !OperatingSystem.IsWindows())
        {
            Unlock(path);
            Directory.Delete(path, recursive: true);
        }
    }

    private static void Unlock(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(path, FolderMode700);
        var noLinks = new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };
        foreach (var folder in Directory.EnumerateDirectories(path, "*", noLinks)) Unlock(folder);
    }

    private static string WriteBeside(string path, string text, bool flush = true)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.new";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = FileMode600;
        using var stream = new FileStream(temporary, options);
        stream.Write(Encoding.UTF8.GetBytes(text));
        stream.Flush(flushToDisk: flush);
        return temporary;
    }
}
