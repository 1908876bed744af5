using System.Runtime.InteropServices;

namespace AnalysisRunner.Engines.Local.Users;

/// <summary>The calls of Linux that have to do with users and the owners of files.</summary>
internal static unsafe partial class UserCalls
{
    public const int CurrentFolder = -100, NoFollow = 0x100, EmptyPath = 0x1000;
    public const int OpenFolder = 0x10000, OpenNoFollow = 0x20000, OpenPathOnly = 0x200000, OpenCloseOnExec = 0x80000, OpenNonBlocking = 0x800;
    public const uint BasicStatus = 0x7ff;
    public const int StatusSize = 256, StatusUser = 20, StatusGroup = 24, StatusMode = 28;
    public const int TypeMask = 0xF000, TypeFolder = 0x4000, TypeFile = 0x8000;
    public const int OutOfRange = 34, FileExists = 17, NotEmpty = 39;
    public const int RemoveFolder = 0x200;

    // O_DIRECTORY and O_NOFOLLOW have other numbers on ARM.
    public static readonly int Folder = IsArm ? 0x4000 : OpenFolder;
    public static readonly int NoLink = IsArm ? 0x8000 : OpenNoFollow;

    /// <summary>The number of the system call, which the C library would apply to all threads; null on a processor that nobody has tried.</summary>
    public static readonly int? SetGroupsNumber = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 116,
        Architecture.Arm64 => 159,
        _ => null,
    };

    private static bool IsArm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    [LibraryImport("libc", EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int FindUser(string name, void* entry, byte* buffer, nuint length, out void* found);

    [LibraryImport("libc", EntryPoint = "getgrouplist", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ListGroups(string name, uint group, uint* groups, ref int count);

    [LibraryImport("libc", EntryPoint = "getgroups", SetLastError = true)]
    public static partial int GetGroups(int count, uint* groups);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial long Call(long number, long count, uint* groups);

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    public static partial int SetFileUser(uint user);

    [LibraryImport("libc", EntryPoint = "setfsgid")]
    public static partial int SetFileGroup(uint group);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    public static partial uint EffectiveGroup();

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Status(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "fchownat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwner(int folder, string path, uint user, uint group, int flags);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenAt(int folder, string path, int flags);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeFolderAt(int folder, string path, uint mode);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UnlinkAt(int folder, string path, int flags);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeMode(int descriptor, uint mode);
}
