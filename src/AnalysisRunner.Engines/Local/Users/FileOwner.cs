using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace AnalysisRunner.Engines.Local.Users;

/// <summary>Who owns a file, and how owners are changed. Linux.</summary>
/// <param name="User">The user id.</param>
/// <param name="Group">The group id.</param>
internal readonly record struct FileOwner(uint User, uint Group)
{
    /// <summary>The owner of a file, folder or link; null when there is none, and where the system has no such owners.</summary>
    public static unsafe FileOwner? Of(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var status = stackalloc byte[UserCalls.StatusSize];
        return UserCalls.Status(UserCalls.CurrentFolder, path, UserCalls.NoFollow, UserCalls.BasicStatus, status) == 0
            ? new FileOwner(*(uint*)(status + UserCalls.StatusUser), *(uint*)(status + UserCalls.StatusGroup))
            : null;
    }

    /// <summary>Whether an open descriptor is that of a plain file.</summary>
    public static unsafe bool IsRegular(int descriptor)
    {
        var status = stackalloc byte[UserCalls.StatusSize];
        return UserCalls.Status(descriptor, "", UserCalls.EmptyPath, UserCalls.BasicStatus, status) == 0
            && (*(ushort*)(status + UserCalls.StatusMode) & UserCalls.TypeMask) == UserCalls.TypeFile;
    }

    /// <summary>Whether files of this owner are somebody else's than this process's.</summary>
    public bool IsForeign => User != UserCalls.EffectiveUser();

    /// <summary>Gives a file or folder, but nothing in it, to a user. Only for places where nobody else can put another file meanwhile.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    [SupportedOSPlatform("linux")]
    public static void Give(string path, uint user, uint group, UnixFileMode mode)
    {
        if (UserCalls.ChangeOwner(UserCalls.CurrentFolder, path, user, group, UserCalls.NoFollow) != 0)
            throw new IOException($"\"{path}\" cannot be given to another user: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
        // Afterwards: a change of the owner takes bits of the mode away.
        File.SetUnixFileMode(path, mode);
    }
}
