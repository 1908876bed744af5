namespace AnalysisRunner.Engines.Local.Users;

/// <summary>Deletes folders that may belong to the user of a job, each part with the rights of its owner.</summary>
internal static class OwnedFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Deletes a folder with everything in it. It and the folders in it may each be another user's; what is deeper belongs to who has those.</summary>
    /// <exception cref="IOException">Something cannot be deleted.</exception>
    public static void DeleteFolder(string path)
    {
        EmptyForeign(path);
        LocalFiles.Delete(path);
    }

    /// <summary>Deletes what is in a folder, and in the folders in it, as far as it belongs to another user than this process.</summary>
    public static void EmptyForeign(string path)
    {
        if (Environment.IsPrivilegedProcess && Directory.Exists(path))
        {
            foreach (var folder in Directory.EnumerateDirectories(path).Where(folder => new DirectoryInfo(folder).LinkTarget is null).Prepend(path).ToList())
            {
                if (FileOwner.Of(folder) is { IsForeign: true } owner) Empty(folder, owner);
            }
        }
    }

    /// <summary>
    /// Opens a file that somebody else wrote, in a folder that they cannot exchange; null when it is none, but a link or something that would make the
    /// reader wait.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is nothing.</exception>
    public static FileStream? OpenRegular(string path)
    {
        if (!OperatingSystem.IsLinux()) return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var descriptor = UserCalls.OpenAt(UserCalls.CurrentFolder, path, UserCalls.NoLink | UserCalls.OpenNonBlocking | UserCalls.OpenCloseOnExec);
        if (descriptor < 0)
        {
            if (!Path.Exists(path) && new FileInfo(path).LinkTarget is null) throw new FileNotFoundException("It does not exist.", path);
            return null;
        }
        var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true);
        if (FileOwner.IsRegular(descriptor)) return new FileStream(handle, FileAccess.Read);
        handle.Dispose();
        return null;
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
