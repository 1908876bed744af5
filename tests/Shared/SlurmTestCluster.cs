using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace AnalysisRunner.Tests.Shared;

/// <summary>
/// A real Slurm cluster: munged, slurmctld and some slurmd as ordinary processes on loopback, without systemd and without an accounting database, all of its
/// state in a temporary folder. The nodes are virtual and claim many cores, so that tests need not wait for each other.
/// </summary>
public class SlurmTestCluster
{
    private const int NodeCount = 3;

    private readonly Dictionary<string, Process> _daemons = [];
    private string _folder = "";

    /// <summary>Why there can be no cluster here; null when there can.</summary>
    public static string? Missing => Array.Find(["munged", "slurmctld", "slurmd", "sbatch"], program => Find(program) is null) is { } program ? $"{program} is not installed" : null;

    public string Configuration => Path.Combine(_folder, "slurm.conf");

    /// <summary>Starts it; does nothing where Slurm is not installed.</summary>
    public async Task InitializeAsync()
    {
        if (Missing is not null) return;
        // Sockets have short names.
        _folder = Directory.CreateTempSubdirectory("slurm-").FullName;
        foreach (var name in new[] { "munge", "state", "spool", "log" }) Directory.CreateDirectory(Path.Combine(_folder, name));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(_folder, "munge"), (UnixFileMode)0b111_000_000);
        await File.WriteAllBytesAsync(Path.Combine(_folder, "munge/key"), RandomNumberGenerator.GetBytes(128));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(_folder, "munge/key"), (UnixFileMode)0b110_000_000);
        var user = Environment.UserName;
        var host = Environment.MachineName.Split('.')[0];
        var ports = FreePorts(NodeCount + 1);
        await File.WriteAllTextAsync(Configuration, $"""
            ClusterName=tests
            SlurmctldHost={host}(127.0.0.1)
            SlurmctldPort={ports[0]}
            SlurmUser={user}
            SlurmdUser={user}
            AuthType=auth/munge
            AuthInfo=socket={_folder}/munge.sock
            CredType=cred/munge
            StateSaveLocation={_folder}/state
            SlurmdSpoolDir={_folder}/spool/%n
            SlurmctldPidFile={_folder}/slurmctld.pid
            SlurmdPidFile={_folder}/slurmd.%n.pid
            SlurmctldLogFile={_folder}/log/slurmctld.log
            SlurmdLogFile={_folder}/log/slurmd.%n.log
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core_Memory
            SchedulerType=sched/backfill
            SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,sched_min_interval=0,default_queue_depth=10000
            AccountingStorageType=accounting_storage/none
            JobAcctGatherType=jobacct_gather/none
            SwitchType=switch/none
            MpiDefault=none
            RebootProgram=/bin/true
            ReturnToService=2
            SlurmctldTimeout=60
            SlurmdTimeout=60
            MinJobAge=300
            KillWait=2
            MaxArraySize=20001
            MaxJobCount=60000
            DefMemPerCPU=10
            SlurmdParameters=config_overrides
            NodeName=DEFAULT CPUs=128 Sockets=1 CoresPerSocket=128 ThreadsPerCore=1 RealMemory=1000000 State=UNKNOWN
            {string.Join('\n', Enumerable.Range(1, NodeCount).Select(node => $"NodeName=n{node} NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[node]}"))}
            PartitionName=main Nodes=n[1-{NodeCount}] Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
            PartitionName=closed Nodes=n1 MaxTime=INFINITE State=DOWN
            PartitionName=drivers Nodes=n1 MaxTime=INFINITE State=UP OverSubscribe=NO
            """ + "\n");
        // The engine passes it on to the programs of Slurm, and to hosts in processes of their own.
        Environment.SetEnvironmentVariable("SLURM_CONF", Configuration);
        Start("munged", "--foreground", "--force", $"--key-file={_folder}/munge/key", $"--socket={_folder}/munge.sock", $"--pid-file={_folder}/munged.pid",
            $"--log-file={_folder}/log/munged.log", $"--seed-file={_folder}/munge/seed");
        await UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(_folder, "munge.sock"))));
        StartController("-c");
        for (var node = 1; node <= NodeCount; node++) StartNode($"n{node}");
        await UntilAsync(async () => await RunAsync("sinfo", "-h", "-p", "main", "-t", "idle", "-o", "%D") == NodeCount.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Ends its processes, and only those.</summary>
    public async Task DisposeAsync()
    {
        // Nodes first: they wait for their own.
        foreach (var name in _daemons.Keys.OrderByDescending(name => name, StringComparer.Ordinal).ToArray()) await StopAsync(name, force: true);
        if (_folder.Length > 0) Directory.Delete(_folder, recursive: true);
    }

    public void StartController(params string[] arguments) => Start("slurmctld", ["-D", .. arguments]);

    public void StartNode(string node) => Start("slurmd", ["-D", "-N", node], node);

    /// <summary>Stops a daemon: <c>slurmctld</c>, or a node by its name.</summary>
    public async Task StopAsync(string name, bool force = false)
    {
        if (!_daemons.Remove(name, out var daemon)) return;
        if (force) daemon.Kill();
        else await RunAsync("kill", daemon.Id.ToString(CultureInfo.InvariantCulture));
        await daemon.WaitForExitAsync();
        daemon.Dispose();
    }

    /// <summary>The answer of a program of Slurm, or of another one, without its last line end; empty when it fails.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Find(program)!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var answer = await process.StandardOutput.ReadToEndAsync();
        await errors;
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? answer.Trim() : "";
    }

    /// <summary>Waits for what another process does and nothing tells of.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await condition()) await Task.Delay(50, patience.Token);
    }

    private void Start(string program, params string[] arguments) => Start(program, arguments, program);

    private void Start(string program, string[] arguments, string name)
    {
        var daemon = Process.Start(new ProcessStartInfo(Find(program)!, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        // It also has its log file.
        daemon.BeginOutputReadLine();
        daemon.BeginErrorReadLine();
        _daemons.Add(name, daemon);
    }

    /// <summary>Daemons are where only administrators look.</summary>
    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Append("/usr/sbin").Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners) listener.Start();
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners) listener.Dispose();
        return ports;
    }
}
