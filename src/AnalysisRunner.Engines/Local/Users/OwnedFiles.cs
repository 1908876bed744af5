namespace AnalysisRunner.Engines.Local.Users;

/// <summary>Deletes folders that may belong to the user of a job, each part with the rights of its owner.</summary>
internal static class OwnedFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Deletes a folder with everything in it. It and the folders in it may each be another user's; what is deeper belongs to who has those.</summary>
    /// <exception cref="IOException">Something cannot be deleted.</exception>
    public static void DeleteFolder(string path)
    {
        if (Environment.IsPrivilegedProcess && Directory.Exists(path))
        {
            foreach (var folder in Directory.EnumerateDirectories(path).Where(folder => new DirectoryInfo(folder).LinkTarget is null).Prepend(path).ToList())
            {
                if (FileOwner.Of(folder) is { IsForeign: true } owner) Empty(folder, owner);
            }
        }
        LocalFiles.Delete(path);
    }

    /// <summary>Deletes what is in a folder of another user, as that user.</summary>
    private static void Empty(string path, FileOwner owner)
    {
        using var _ = FileRights.Of(owner);
        try
        {
            DeleteContent(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Unlock(path);
            DeleteContent(path);
        }
    }

    private static void DeleteContent(string path)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(path).ToList()) LocalFiles.Delete(entry);
    }

    private static void Unlock(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(path, OwnerOnly);
        var noLinks = new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };
        foreach (var folder in Directory.EnumerateDirectories(path, "*", noLinks)) Unlock(folder);
    }
}
