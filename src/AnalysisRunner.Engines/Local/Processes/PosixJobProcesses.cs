using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace AnalysisRunner.Engines.Local.Processes;

/// <summary>
/// Jobs by <c>posix_spawn</c>: each a session of its own, with default signals, output straight into its log, and no descriptor of the host.
/// On Linux processes are told apart by <c>/proc</c>; on macOS by <c>ps</c>.
/// </summary>
internal sealed unsafe class PosixJobProcesses : IJobProcesses
{
    private const int OpaqueSize = 1024;

    // glibc, musl: SETSIGDEF, SETSIGMASK, SETSID. macOS: the same first two, its own SETSID, and CLOEXEC_DEFAULT.
    private static readonly short Flags = (short)(0x04 | 0x08 | (OperatingSystem.IsMacOS() ? 0x0400 | 0x4000 : 0x80));

    private readonly byte* _attributes = (byte*)NativeMemory.AllocZeroed(OpaqueSize);
    private readonly bool _canCloseFrom = !OperatingSystem.IsMacOS() && NativeLibrary.TryGetExport(
        NativeLibrary.GetMainProgramHandle(), "posix_spawn_file_actions_addclosefrom_np", out _);

    public PosixJobProcesses()
    {
        // .NET ignores PIPE, and what is ignored stays ignored across exec: `head` in a job's pipe would never end its left side.
        var signals = stackalloc byte[OpaqueSize];
        new Span<byte>(signals, OpaqueSize).Clear();
        Check(Libc.InitAttributes(_attributes));
        Check(Libc.EmptySet(signals));
        Check(Libc.SetSignalMask(_attributes, signals));
        for (var signal = 1; signal < 32; signal++)
        {
            if (signal != Libc.SignalKill && signal != (OperatingSystem.IsMacOS() ? 17 : 19)) Check(Libc.AddToSet(signals, signal));
        }
        Check(Libc.SetDefaultSignals(_attributes, signals));
        Check(Libc.SetFlags(_attributes, Flags));
        Boot = OperatingSystem.IsLinux() ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() : Ask("/usr/sbin/sysctl", "-n", "kern.boottime").Replace(' ', '_');
    }

    public string Boot { get; }

    public IJobProcess Start(JobProcessStart start)
    {
        var actions = stackalloc byte[OpaqueSize];
        new Span<byte>(actions, OpaqueSize).Clear();
        Check(Libc.InitFileActions(actions));
        var arguments = Block([start.Program, .. start.Arguments]);
        var environment = Block([.. start.Environment.Select(variable => $"{variable.Key}={variable.Value}")]);
        var log = Marshal.StringToCoTaskMemUTF8(start.Log);
        try
        {
            fixed (byte* nothing = "/dev/null"u8)
            {
                Check(Libc.AddOpen(actions, 0, nothing, Libc.ReadOnly, 0));
                Check(Libc.AddOpen(actions, 1, (byte*)log, Libc.WriteOnly | Libc.Create | Libc.Append, 0x180 /* 0600 */));
                Check(Libc.AddDuplicate(actions, 1, 2));
                if (_canCloseFrom) Check(Libc.AddCloseFrom(actions, 3));
                var error = Libc.Spawn(out var pid, arguments[0], actions, _attributes, arguments, environment);
                return error == 0 ? new Child(pid) : throw new IOException($"\"{start.Program}\" cannot be started: {Libc.Describe(error)}.");
            }
        }
        finally
        {
            _ = Libc.DestroyFileActions(actions);
            Free(arguments);
            Free(environment);
            Marshal.FreeCoTaskMem(log);
        }
    }

    public bool? IsAlive(ProcessIdentity process)
    {
        if (process.Boot != Boot) return false;
        if (!OperatingSystem.IsLinux()) return Ask("/bin/ps", "-o", "lstart=", "-p", Digits(process.Pid)) == process.Start.Trim();
        return ProcStat.TryRead(process.Pid, out var stat) && stat.State is not ('Z' or 'X') && stat.Start == process.Start;
    }

    public bool? IsScriptRunning(string script)
    {
        if (!OperatingSystem.IsLinux()) return Ask("/bin/ps", "-axww", "-o", "command=").Contains(script, StringComparison.Ordinal);
        var sought = Encoding.UTF8.GetBytes($"\0{script}\0");
        return ProcStat.Processes().Any(pid => ProcStat.CommandLine(pid).AsSpan().IndexOf(sought) >= 0);
    }

    public void Stop(int leader, bool force)
    {
        var signal = force ? Libc.SignalKill : Libc.SignalTerminate;
        _ = Libc.Kill(-leader, signal);
        // A job that uses job control spreads over several process groups, all in its session.
        if (!OperatingSystem.IsLinux()) return;
        foreach (var member in ProcStat.Session(leader))
        {
            if (member.Group != leader) _ = Libc.Kill(member.Pid, signal);
        }
    }

    public void StopGroup(int leader) => _ = Libc.Kill(-leader, Libc.SignalKill);

    public void AwaitGroupEnd(int leader)
    {
        // KILL takes effect a moment later, and until then there may be another line for the log. Not for ever: a process can hang in the kernel.
        for (var patience = 1000; patience > 0 && Libc.Kill(-leader, 0) == 0; patience--)
        {
            // Where processes exist that nobody reaps, they stay in the group; and a new leader with the id means that the group was empty.
            if (OperatingSystem.IsLinux() && (ProcStat.TryRead(leader, out _) || !HasMembers(leader))) return;
            Thread.Sleep(2);
        }
    }

    public void StopRemains(ProcessIdentity leader)
    {
        if (leader.Boot != Boot) return;
        // As long as a group or session lives, the system gives its id to no new process: who has the id now and is not the leader is somebody else.
        var taken = OperatingSystem.IsLinux() ? ProcStat.TryRead(leader.Pid, out var stat) && stat.Start != leader.Start : Libc.Kill(leader.Pid, 0) == 0;
        if (!taken) Stop(leader.Pid, force: true);
    }

    public IReadOnlyDictionary<int, ProcessUsage> Sample(IReadOnlySet<int> leaders)
    {
        Dictionary<int, ProcessUsage> usages = [];
        if (!OperatingSystem.IsLinux()) return usages;
        foreach (var process in ProcStat.All())
        {
            if (!leaders.Contains(process.SessionId)) continue;
            var others = usages.GetValueOrDefault(process.SessionId) ?? new(0, 0);
            usages[process.SessionId] = new(
                others.CpuMilliseconds + (process.CpuTicks * 1000 / ProcStat.TicksPerSecond), Math.Max(others.PeakMemoryBytes!.Value, ProcStat.PeakMemoryBytes(process.Pid)));
        }
        return usages;
    }

    // macOS answers EPERM, not success, when only an ended leader is left.
    public bool HasMembers(int leader) => OperatingSystem.IsLinux() ? ProcStat.Session(leader).Any(member => member.State is not ('Z' or 'X')) : Libc.Kill(-leader, 0) == 0;

    private static void Check(int error)
    {
        if (error != 0) throw new IOException($"A process cannot be prepared: {Libc.Describe(error)}.");
    }

    private static byte** Block(IReadOnlyList<string> texts)
    {
        var block = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Count; i++) block[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        return block;
    }

    private static void Free(byte** block)
    {
        for (var i = 0; block[i] is not null; i++) Marshal.FreeCoTaskMem((nint)block[i]);
        NativeMemory.Free(block);
    }

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Ask(string program, params ReadOnlySpan<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, [.. arguments]) { RedirectStandardOutput = true })!;
        var answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return answer.Trim();
    }

    private sealed class Child(int pid) : IJobProcess
    {
        public int Pid => pid;

        // Without reaping: as long as the ended process keeps its id, a signal to its group cannot reach anybody else's.
        public void Wait()
        {
            var information = stackalloc byte[OpaqueSize];
            while (Libc.WaitId(Libc.ProcessById, pid, information, Libc.WaitExited | Libc.WaitWithoutReaping) != 0
                && Marshal.GetLastPInvokeError() == Libc.Interrupted)
            {
            }
        }

        public (int? ExitCode, int? Signal, ProcessUsage? Usage) Reap()
        {
            // struct rusage: the times of user and system, each seconds and microseconds, then the peak memory, all in words.
            var words = stackalloc long[OpaqueSize / sizeof(long)];
            int result, status;
            while ((result = Libc.Wait4(pid, out status, 0, words)) < 0 && Marshal.GetLastPInvokeError() == Libc.Interrupted)
            {
            }
            // A host that was started with CHLD ignored has its children reaped by the system: how they ended, only the exit file tells.
            if (result != pid) return (null, null, null);
            // macOS has 32 bits of microseconds and counts bytes, Linux kilobytes.
            var cpu = ((words[0] + words[2]) * 1000) + (((int)words[1] + (int)words[3]) / 1000);
            var usage = new ProcessUsage(cpu, PeakMemoryBytes(words[4]));
            return (status & 0x7f) == 0 ? ((status >> 8) & 0xff, null, usage) : (null, status & 0x7f, usage);
        }

        private static long? PeakMemoryBytes(long reported)
        {
            if (OperatingSystem.IsMacOS()) return reported;
            // A process that Linux spawns begins in the memory of its parent, whose peak counts as its own ever after: only what exceeds that is the job's.
            var own = stackalloc long[OpaqueSize / sizeof(long)];
            return Libc.GetUsage(Libc.OwnProcess, own) == 0 && reported > own[4] ? reported * 1024 : null;
        }
    }
}
