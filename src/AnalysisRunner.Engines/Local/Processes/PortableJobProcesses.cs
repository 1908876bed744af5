using System.Collections.Immutable;
using System.Diagnostics;

namespace AnalysisRunner.Engines.Local.Processes;

/// <summary>
/// Jobs by <see cref="Process"/>, for systems without <c>posix_spawn</c>: Windows, with the bash that comes with git. Not covered by tests. Weaker in
/// three ways, all on the safe side: Ctrl-C in the host's terminal reaches jobs; a job that outlives its host is not found again but declared lost and not
/// tried again; only the process tree that hangs together when a job is stopped is stopped.
/// </summary>
internal sealed class PortableJobProcesses : IJobProcesses
{
    public string Boot => "-";

    public IJobProcess Start(JobProcessStart start)
    {
        // The shell opens the log itself: a pipe through this process would end with it.
        var info = new ProcessStartInfo(start.Program) { RedirectStandardInput = true, UseShellExecute = false, CreateNoWindow = true };
        foreach (var argument in start.Arguments) info.ArgumentList.Add(argument);
        var text = info.ArgumentList.IndexOf("-c") + 1;
        info.ArgumentList[text] = "exec >>\"${0%/*}/log\" 2>&1\n" + info.ArgumentList[text];
        for (var i = text + 1; i < info.ArgumentList.Count; i++) info.ArgumentList[i] = info.ArgumentList[i].Replace('\\', '/');
        info.Environment.Clear();
        foreach (var (name, value) in start.Environment) info.Environment[name] = value;
        try
        {
            var process = Process.Start(info) ?? throw new IOException($"\"{start.Program}\" did not start.");
            process.StandardInput.Close();
            return new Child(process);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new IOException($"\"{start.Program}\" cannot be started: {e.Message}", e);
        }
    }

    public bool? IsAlive(ProcessIdentity process) => null;

    public bool? IsScriptRunning(string script) => null;

    public void Stop(int leader, bool force)
    {
        try
        {
            using var process = Process.GetProcessById(leader);
            process.Kill(entireProcessTree: true);
        }
        catch (ArgumentException)
        {
            // It has ended.
        }
    }

    public void StopGroup(int leader)
    {
        // There are no process groups here.
    }

    public void AwaitGroupEnd(int leader)
    {
        // There are no process groups here.
    }

    public void StopRemains(ProcessIdentity leader)
    {
        // The id in the claim is bash's own, not the system's: nothing may be stopped by it.
    }

    public IReadOnlyDictionary<int, ProcessUsage> Sample(IReadOnlySet<int> leaders) => ImmutableDictionary<int, ProcessUsage>.Empty;

    public bool HasMembers(int leader) => false;

    private sealed class Child(Process process) : IJobProcess
    {
        public int Pid { get; } = process.Id;

        public void Wait() => process.WaitForExit();

        public (int? ExitCode, int? Signal, ProcessUsage? Usage) Reap()
        {
            // What bash started is not in its numbers here, so there are none.
            using (process) return (process.ExitCode, null, null);
        }
    }
}
