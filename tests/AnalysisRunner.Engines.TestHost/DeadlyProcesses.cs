using AnalysisRunner.Engines.Local.Processes;

namespace AnalysisRunner.Engines.TestHost;

/// <summary>Ends this program as kill -9 would, at one start of a process.</summary>
internal sealed class DeadlyProcesses(IJobProcesses inner, string when, int deadlyStart) : IJobProcesses
{
    private int _starts;

    public string Boot => inner.Boot;

    public IJobProcess Start(JobProcessStart start)
    {
        var isDeadly = Interlocked.Increment(ref _starts) == deadlyStart;
        if (isDeadly && when == "before") Die();
        var process = inner.Start(start);
        if (isDeadly && when == "after") Die();
        return process;
    }

    public bool? IsAlive(ProcessIdentity process) => inner.IsAlive(process);

    public bool? IsScriptRunning(string script) => inner.IsScriptRunning(script);

    public void Stop(int leader, bool force) => inner.Stop(leader, force);

    public void StopGroup(int leader) => inner.StopGroup(leader);

    public void AwaitGroupEnd(int leader) => inner.AwaitGroupEnd(leader);

    public void StopRemains(ProcessIdentity leader) => inner.StopRemains(leader);

    public IReadOnlyDictionary<int, ProcessUsage> Sample(IReadOnlySet<int> leaders) => inner.Sample(leaders);

    public bool HasMembers(int leader) => inner.HasMembers(leader);

    private static void Die()
    {
        _ = Libc.Kill(Environment.ProcessId, Libc.SignalKill);
        Thread.Sleep(Timeout.Infinite);
    }
}
