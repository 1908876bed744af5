using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace AnalysisRunner.Engines.Local.Users;

/// <summary>What a name in a folder is.</summary>
/// <param name="Owner">Whose it is.</param>
/// <param name="Mode">Its permissions.</param>
/// <param name="IsFolder">Whether it is a folder, and no link to one.</param>
/// <param name="IsFile">Whether it is a plain file.</param>
internal readonly record struct EntryStatus(FileOwner Owner, UnixFileMode Mode, bool IsFolder, bool IsFile);

/// <summary>
/// An open folder. What is done by it is done in exactly this folder, and no link is followed, whatever others rename meanwhile: the way to change owners in
/// trees that somebody else can write to.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class FolderHandle : IDisposable
{
    private const UnixFileMode AnyMode = (UnixFileMode)0xFFF;

    private readonly SafeFileHandle _handle;
    private readonly string _path;

    private FolderHandle(SafeFileHandle handle, string path) => (_handle, _path) = (handle, path);

    private int Descriptor => (int)_handle.DangerousGetHandle();

    /// <summary>Opens a folder at a path that only this process's user can change.</summary>
    /// <exception cref="IOException">It is no folder, or cannot be opened.</exception>
    public static FolderHandle Open(string path) => Open(UserCalls.CurrentFolder, path, path);

    /// <summary>Opens a folder in this one; null when nothing has the name.</summary>
    /// <exception cref="IOException">It is no folder, or cannot be opened.</exception>
    public FolderHandle? Find(string name) => Look(name) is null ? null : Open(Descriptor, name, Path.Combine(_path, name));

    /// <summary>Opens a folder in this one, made when there is none.</summary>
    /// <exception cref="IOException">Something else has the name, or it cannot be made.</exception>
    public FolderHandle OpenOrCreate(string name)
    {
        if (UserCalls.MakeFolderAt(Descriptor, name, 0x1C0 /* 0700 */) != 0 && Marshal.GetLastPInvokeError() != UserCalls.FileExists) throw Failed(name);
        return Open(Descriptor, name, Path.Combine(_path, name));
    }

    /// <summary>The names in it.</summary>
    public IReadOnlyList<string> Names() => [.. Directory.EnumerateFileSystemEntries($"/proc/self/fd/{Descriptor}").Select(entry => Path.GetFileName(entry))];

    /// <summary>What a name in it is; the folder itself for the empty name; null when there is nothing.</summary>
    public EntryStatus? Look(string name = "")
    {
        var status = stackalloc byte[UserCalls.StatusSize];
        if (UserCalls.Status(Descriptor, name, UserCalls.NoFollow | UserCalls.EmptyPath, UserCalls.BasicStatus, status) != 0) return null;
        var mode = *(ushort*)(status + UserCalls.StatusMode);
        var type = mode & UserCalls.TypeMask;
        return new EntryStatus(
            new FileOwner(*(uint*)(status + UserCalls.StatusUser), *(uint*)(status + UserCalls.StatusGroup)), (UnixFileMode)mode & AnyMode,
            type == UserCalls.TypeFolder, type == UserCalls.TypeFile);
    }

    /// <summary>Makes the folder itself somebody's, unless it is.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public void Become(FileOwner owner, UnixFileMode mode)
    {
        var now = Look()!.Value;
        if (now.Owner != owner && UserCalls.ChangeOwner(Descriptor, "", owner.User, owner.Group, UserCalls.EmptyPath) != 0) throw Failed("");
        if ((now.Mode != mode || now.Owner != owner) && UserCalls.ChangeMode(Descriptor, (uint)mode) != 0) throw Failed("");
    }

    /// <summary>Makes an entry that is no folder somebody's, and a plain file readable as <paramref name="mode"/> says; who could run it still can.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public void Give(string name, FileOwner owner, UnixFileMode mode)
    {
        var descriptor = UserCalls.OpenAt(Descriptor, name, UserCalls.OpenPathOnly | UserCalls.NoLink | UserCalls.OpenCloseOnExec);
        if (descriptor < 0) throw Failed(name);
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        using var entry = new FolderHandle(handle, Path.Combine(_path, name));
        if (entry.Look() is not { IsFolder: false } status) return;
        if (UserCalls.ChangeOwner(descriptor, "", owner.User, owner.Group, UserCalls.EmptyPath) != 0) throw Failed(name);
        if (!status.IsFile) return;
        if (status.Mode.HasFlag(UnixFileMode.UserExecute)) mode |= UnixFileMode.UserExecute | UnixFileMode.GroupExecute;
        // A descriptor that was opened for nothing but its place cannot be changed itself, but what it leads to can.
        File.SetUnixFileMode($"/proc/self/fd/{descriptor}", mode);
    }

    /// <summary>Removes an empty folder from this one; false when it is not empty.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public bool TryRemove(string name)
    {
        if (UserCalls.UnlinkAt(Descriptor, name, UserCalls.RemoveFolder) == 0) return true;
        return Marshal.GetLastPInvokeError() is UserCalls.NotEmpty or UserCalls.FileExists ? false : throw Failed(name);
    }

    public void Dispose() => _handle.Dispose();

    private static FolderHandle Open(int folder, string name, string path)
    {
        var descriptor = UserCalls.OpenAt(folder, name, UserCalls.Folder | UserCalls.NoLink | UserCalls.OpenCloseOnExec);
        if (descriptor < 0) throw new IOException($"The folder \"{path}\" cannot be opened: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}. A link is not followed here; put a folder in its place.");
        return new FolderHandle(new SafeFileHandle(descriptor, ownsHandle: true), path);
    }

    private IOException Failed(string name) => new($"\"{Path.Combine(_path, name)}\" cannot be changed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
}
