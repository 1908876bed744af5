using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace AnalysisRunner.Server.Hosting;

/// <summary>
/// Takes leave of whoever started the server: a session of its own, so that Ctrl-C in their terminal does not reach it, and standard streams of its own,
/// so that their pipes close. Nothing here does anything on Windows.
/// </summary>
internal static partial class Detachment
{
    private const int ReadOnly = 0;
    private const int WriteOnly = 1;

    /// <summary>Makes every new file and folder its owner's only.</summary>
    public static void RestrictNewFiles()
    {
        if (!OperatingSystem.IsWindows()) _ = SetFileModeMask(0x3F); // 077
    }

    /// <summary>
    /// Writes one line to standard output. Not through <see cref="Console"/>, which would keep a duplicate of the stream open for ever.
    /// </summary>
    public static void WriteLine(string line)
    {
        if (OperatingSystem.IsWindows())
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
            return;
        }
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        for (nint written = 0; written < bytes.Length;)
        {
            var count = Write(1, in bytes[(int)written], bytes.Length - written);
            if (count <= 0) return; // Nobody reads it any more; runner.json says the same.
            written += count;
        }
    }

    /// <summary>Leaves the session and reopens the standard streams: input on nothing, output and errors on the log.</summary>
    public static void Leave(string logFile)
    {
        if (OperatingSystem.IsWindows()) return;
        _ = StartSession(); // Fails only for the leader of a process group, which has a group of its own already.
        var nothing = Open("/dev/null", ReadOnly);
        var log = Open(logFile, WriteOnly | (OperatingSystem.IsMacOS() ? 0x8 : 0x400)); // O_APPEND
        if (nothing < 0 || log < 0) throw new IOException($"'{logFile}' or /dev/null cannot be opened (error {Marshal.GetLastPInvokeError()}).");
        // The runtime keeps duplicates of the standard streams from its own start; each of them would hold a pipe open.
        var copies = FindDuplicates();
        _ = Duplicate(nothing, 0);
        _ = Duplicate(log, 1);
        _ = Duplicate(log, 2);
        foreach (var (copy, isInput) in copies) _ = DuplicateForThisProcess(isInput ? nothing : log, copy, 0x80000); // O_CLOEXEC: no job inherits it
        _ = Close(nothing);
        _ = Close(log);
    }

    /// <summary>The descriptors above 2 that mean the same pipe, terminal or file as one of the standard streams.</summary>
    private static List<(int Descriptor, bool IsInput)> FindDuplicates()
    {
        const string Descriptors = "/proc/self/fd";
        var found = new List<(int, bool)>();
        if (!Directory.Exists(Descriptors)) return found; // Not Linux: there is no portable way to ask.
        var standard = Enumerable.Range(0, 3).Select(number => TargetOf($"{Descriptors}/{number}")).ToArray();
        foreach (var path in Directory.EnumerateFileSystemEntries(Descriptors))
        {
            if (!int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 3) continue;
            var target = TargetOf(path);
            if (target is null or "/dev/null") continue;
            if (target == standard[1] || target == standard[2]) found.Add((number, false));
            else if (target == standard[0]) found.Add((number, true));
        }
        return found;
    }

    private static string? TargetOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (IOException)
        {
            return null; // Closed meanwhile.
        }
    }

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int StartSession();

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial int SetFileModeMask(int mask);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Duplicate(int from, int to);

    [LibraryImport("libc", EntryPoint = "dup3")]
    private static partial int DuplicateForThisProcess(int from, int to, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int descriptor, in byte bytes, nint count);
}
