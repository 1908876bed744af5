using System.Globalization;

namespace AnalysisRunner.Engines.Local.Processes;

/// <summary>What Linux tells about processes in <c>/proc</c>.</summary>
/// <param name="Pid">The process.</param>
/// <param name="State">The one-letter state; Z has ended and waits for its parent.</param>
/// <param name="Group">Its process group.</param>
/// <param name="SessionId">Its session.</param>
/// <param name="Start">When it started, in clock ticks after the boot.</param>
/// <param name="CpuTicks">The cpu time of the process and of the children that it waited for.</param>
internal readonly record struct ProcStat(int Pid, char State, int Group, int SessionId, string Start, long CpuTicks)
{
    /// <summary>The same on every Linux that .NET runs on, whatever the kernel's own tick is.</summary>
    public const int TicksPerSecond = 100;

    /// <summary>Reads one process; false when it does not exist.</summary>
    public static bool TryRead(int pid, out ProcStat stat)
    {
        stat = default;
        // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
        if (TryReadAll(pid, "stat") is not { Length: > 0 } bytes) return false;
        var text = System.Text.Encoding.Latin1.GetString(bytes);
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        if (fields.Length < 20) return false;
        var ticks = 0L;
        foreach (var field in fields.AsSpan(11, 4)) ticks += long.Parse(field, CultureInfo.InvariantCulture);
        stat = new(pid, fields[0][0], int.Parse(fields[2], CultureInfo.InvariantCulture), int.Parse(fields[3], CultureInfo.InvariantCulture), fields[19], ticks);
        return true;
    }

    /// <summary>The arguments of a process, each followed by NUL; empty when it does not exist or is not ours to see.</summary>
    public static byte[] CommandLine(int pid) => TryReadAll(pid, "cmdline") ?? [];

    /// <summary>The most memory that a process has had; 0 when it does not exist or has none any more.</summary>
    public static long PeakMemoryBytes(int pid)
    {
        const string Name = "VmHWM:";
        var text = System.Text.Encoding.ASCII.GetString(TryReadAll(pid, "status") ?? []);
        var at = text.IndexOf(Name, StringComparison.Ordinal);
        if (at < 0) return 0;
        var value = text.AsSpan(at + Name.Length).TrimStart();
        return long.Parse(value[..value.IndexOf(' ')], CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>The ids of all processes.</summary>
    public static IEnumerable<int> Processes() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(pid => pid > 0);

    /// <summary>All processes.</summary>
    public static IEnumerable<ProcStat> All()
    {
        foreach (var pid in Processes())
        {
            if (TryRead(pid, out var stat)) yield return stat;
        }
    }

    /// <summary>The processes of a session.</summary>
    public static IEnumerable<ProcStat> Session(int leader) => All().Where(process => process.SessionId == leader);

    private static byte[]? TryReadAll(int pid, string name)
    {
        try
        {
            return File.ReadAllBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{name}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended while we looked (ESRCH is an IOException), or belongs to somebody else.
            return null;
        }
    }
}
