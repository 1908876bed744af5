using System.Runtime.InteropServices;

namespace AnalysisRunner.Storage.Files;

/// <summary>What .NET's file API lacks. The calls of the C library are for Linux and macOS.</summary>
internal static unsafe partial class FileSystem
{
    private const int FileExists = 17;

    /// <summary>Waits until the names in a folder are on the disk. Windows has no such call.</summary>
    internal static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Open(path, 0);
        if (descriptor < 0) throw LastError(path);
        try
        {
            if (Sync(descriptor) != 0) throw LastError(path);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Gives a finished file its name unless that exists, in one step; false when it exists.</summary>
    internal static bool TryPlace(string finished, string name)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Move(finished, name, overwrite: false);
                return true;
            }
            catch (IOException) when (File.Exists(name) || Directory.Exists(name))
            {
                return false;
            }
        }
        // File.Move looks and then renames, here; a link is refused by the system itself when the name exists.
        if (Link(finished, name) != 0) return Marshal.GetLastPInvokeError() == FileExists ? false : throw LastError(name);
        File.Delete(finished);
        return true;
    }

    /// <summary>A path with all links resolved; null when it does not exist.</summary>
    internal static string? RealPath(string path)
    {
        if (OperatingSystem.IsWindows()) return RealPathByLinks(path);
        var resolved = Resolve(path, null);
        if (resolved is null) return null;
        try
        {
            return Marshal.PtrToStringUTF8((nint)resolved);
        }
        finally
        {
            NativeMemory.Free(resolved);
        }
    }

    private static string? RealPathByLinks(string path)
    {
        var real = Path.GetPathRoot(path)!;
        foreach (var name in path[real.Length..].Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, name);
            FileSystemInfo entry = Directory.Exists(real) ? new DirectoryInfo(real) : new FileInfo(real);
            if (!entry.Exists) return null;
            real = entry.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? real;
        }
        return real;
    }

    private static IOException LastError(string path) =>
        new($"\"{path}\": {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string added);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial byte* Resolve(string path, byte* buffer);
}
