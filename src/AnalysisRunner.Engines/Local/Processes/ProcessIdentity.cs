namespace AnalysisRunner.Engines.Local.Processes;

/// <summary>Names one process for all time: ids are reused, and start times are counted from the boot.</summary>
/// <param name="Pid">The process id, which is also the id of its session and process group.</param>
/// <param name="Start">When it started, in the operating system's own form.</param>
/// <param name="Boot">Which boot of the machine.</param>
internal sealed record ProcessIdentity(int Pid, string Start, string Boot);
