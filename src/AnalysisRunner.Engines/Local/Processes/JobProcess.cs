namespace AnalysisRunner.Engines.Local.Processes;

/// <summary>What a job's process is started with.</summary>
/// <param name="Program">The program's full path.</param>
/// <param name="Arguments">The arguments, without the program's name.</param>
/// <param name="Environment">The whole environment.</param>
/// <param name="Log">Where stdout and stderr are appended.</param>
internal sealed record JobProcessStart(string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string Log);

/// <summary>
/// A process of this host that leads a session of its own, so that neither the end of the host nor Ctrl-C in its terminal ends it.
/// </summary>
internal interface IJobProcess
{
    /// <summary>The process id. The job's until <see cref="Reap"/>, even when the process has ended.</summary>
    int Pid { get; }

    /// <summary>Waits until the process has ended; blocks the thread.</summary>
    void Wait();

    /// <summary>
    /// Gives the process id back to the system and says how the process ended, by exit code or signal, and what it used; null is what is not known.
    /// </summary>
    (int? ExitCode, int? Signal, ProcessUsage? Usage) Reap();
}

/// <summary>Starts, looks at and ends the processes of jobs, in the way of the operating system.</summary>
internal interface IJobProcesses
{
    /// <summary>Which boot of the machine this is.</summary>
    string Boot { get; }

    /// <exception cref="IOException">The process cannot be started; the message says why.</exception>
    IJobProcess Start(JobProcessStart start);

    /// <summary>Whether exactly this process runs; null when the system cannot tell.</summary>
    bool? IsAlive(ProcessIdentity process);

    /// <summary>Whether some process runs the script at this path; null when the system cannot tell.</summary>
    bool? IsScriptRunning(string script);

    /// <summary>Sends TERM, or KILL with <paramref name="force"/>, to everything in the session that a process leads; it must not be reaped yet.</summary>
    void Stop(int leader, bool force);

    /// <summary>Sends KILL to what is left of the process group of a leader that has ended and is not reaped yet. Cheap.</summary>
    void StopGroup(int leader);

    /// <summary>Waits, at most a few seconds, until nothing runs any more of the process group of a leader that was just reaped. Cheap when nothing does.</summary>
    void AwaitGroupEnd(int leader);

    /// <summary>Sends KILL to what is left of the session of a leader that is gone, unless its id has become somebody else's.</summary>
    void StopRemains(ProcessIdentity leader);

    /// <summary>
    /// What runs at this moment in the sessions that these processes lead has used so far: the cpu time of all, the peak memory of the largest. A session of
    /// which nothing can be seen is absent. Looks at every process of the machine, once.
    /// </summary>
    IReadOnlyDictionary<int, ProcessUsage> Sample(IReadOnlySet<int> leaders);

    /// <summary>Whether anything that runs is left of the session of a leader that has ended and is not reaped yet.</summary>
    bool HasMembers(int leader);
}
