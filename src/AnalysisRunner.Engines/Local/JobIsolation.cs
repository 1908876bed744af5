namespace AnalysisRunner.Engines.Local;

/// <summary>What keeps a job from the rest of the machine.</summary>
public enum JobIsolation
{
    /// <summary>Nothing: a job can do what the engine's user can.</summary>
    None,

    /// <summary>
    /// The <c>bwrap</c> program: the system is read-only, <c>/tmp</c> is empty and the job's own, other processes and the engine's folder are out of sight,
    /// and there is no network unless the job asks for it.
    /// </summary>
    Bubblewrap,
}
