using System.Runtime.InteropServices;

namespace AnalysisRunner.Engines.Local.Processes;

/// <summary>What .NET's file API lacks.</summary>
internal static class Disk
{
    /// <summary>Makes a file anew that only its owner can read, whatever the process's mask says: records carry the environment of jobs.</summary>
    public static FileStream CreatePrivate(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    /// <summary>Waits until the names in a folder are on the disk. Windows has no such call.</summary>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Libc.Open(path, Libc.ReadOnly);
        if (descriptor < 0) throw new IOException($"The folder \"{path}\" cannot be opened: {Libc.Describe(Marshal.GetLastPInvokeError())}.");
        try
        {
            if (Libc.Sync(descriptor) != 0) throw new IOException($"The folder \"{path}\" cannot be written to the disk: {Libc.Describe(Marshal.GetLastPInvokeError())}.");
        }
        finally
        {
            _ = Libc.Close(descriptor);
        }
    }

    /// <summary>Makes sure that a folder is there and can be written; on Windows only that it is there.</summary>
    /// <exception cref="IOException">It is not, or cannot.</exception>
    public static void DemandWritable(string path)
    {
        if (OperatingSystem.IsWindows() ? Directory.Exists(path) : Libc.Access(path, Libc.MayWrite) == 0) return;
        throw new IOException($"the folder \"{path}\" cannot be written: {(OperatingSystem.IsWindows() ? "it is not there" : Libc.Describe(Marshal.GetLastPInvokeError()))}.");
    }

    /// <summary>Whether there is practically no room left where a folder is.</summary>
    public static bool IsFull(string path)
    {
        const long Nothing = 64 * 1024;
        return Directory.Exists(path) && new DriveInfo(path).AvailableFreeSpace < Nothing;
    }

    /// <summary>Gives a file a second name unless that exists, in one step; false when it exists.</summary>
    public static bool TryLink(string existing, string added)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Copy(existing, added, overwrite: false);
                return true;
            }
            catch (IOException) when (File.Exists(added))
            {
                return false;
            }
        }
        if (Libc.Link(existing, added) == 0) return true;
        var error = Marshal.GetLastPInvokeError();
        return error == Libc.FileExists ? false : throw new IOException($"\"{added}\" cannot be created: {Libc.Describe(error)}.");
    }
}
