using System.Runtime.InteropServices;

namespace AnalysisRunner.Storage.Files;

/// <summary>
/// Tells files from what only has their name. A named pipe holds up whoever opens it until somebody writes to it, so that a job could stop a server that
/// reads what jobs leave. Linux alone is asked; elsewhere everything counts as a file.
/// </summary>
internal static unsafe partial class PlainFiles
{
    private const int CurrentFolder = -100;
    private const uint TypeWanted = 0x1;
    private const int StatusSize = 256;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;
    private const int PipeType = 0x1000;
    private const int CharacterType = 0x2000;
    private const int BlockType = 0x6000;
    private const int SocketType = 0xC000;

    /// <summary>Whether a path, its links followed, leads to a pipe, a socket or a device.</summary>
    public static bool IsSpecial(string path)
    {
        if (!OperatingSystem.IsLinux()) return false;
        var status = stackalloc byte[StatusSize];
        // What cannot be asked is no such thing: whoever opens it will be told what is wrong.
        return Status(CurrentFolder, path, 0, TypeWanted, status) == 0
            && (*(ushort*)(status + ModeOffset) & TypeMask) is PipeType or CharacterType or BlockType or SocketType;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, byte* status);
}
