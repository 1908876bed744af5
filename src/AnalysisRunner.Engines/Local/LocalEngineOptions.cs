using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Local;

/// <summary>How a <see cref="LocalEngine"/> works.</summary>
public sealed record LocalEngineOptions
{
    /// <summary>The state folder; created with access for its owner only. One engine at a time holds it.</summary>
    public required string Directory { get; init; }

    /// <summary>Thousandths of a core that jobs may occupy together; by default all processors.</summary>
    public int MilliCpu { get; init; } = Environment.ProcessorCount * 1000;

    /// <summary>Bytes of memory that jobs may occupy together; by default what the machine (or the host's cgroup) has.</summary>
    public long MemoryBytes { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>The time between the request to end (TERM) and the end by force (KILL) of a job that is stopped.</summary>
    public TimeSpan KillGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The wait before the second attempt of a job; it doubles before each further one, up to <see cref="LongestRetryDelay"/>.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between two attempts of a job.</summary>
    public TimeSpan LongestRetryDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What keeps jobs without an image from the rest of the machine. A setting, never inferred from what is installed.</summary>
    public JobIsolation Isolation { get; init; } = JobIsolation.None;

    /// <summary>What happens to a job that names a container image.</summary>
    public ImageRequests Images { get; init; } = ImageRequests.Refuse;

    /// <summary>How containers are run when <see cref="Images"/> is <see cref="ImageRequests.Run"/>.</summary>
    public ContainerOptions Containers { get; init; } = new();

    /// <summary>When the scratch files of a batch are deleted.</summary>
    public ScratchRetention Scratch { get; init; } = ScratchRetention.UntilSuccess;

    /// <summary>The most bytes that the log of an attempt keeps: of a longer one, the first seven eighths and the latest part.</summary>
    public long LogLimitBytes { get; init; } = 64L << 20;

    /// <summary>What brings inputs from URLs and delivers outputs to them; without any, only local paths can be named.</summary>
    public IReadOnlyList<IFileTransfer> Transfers { get; init; } = [];

    /// <summary>
    /// The variables of the host's environment that jobs see, when they are set; everything else comes from <see cref="JobSpec.Environment"/>, which wins.
    /// </summary>
    public IReadOnlyList<string> PassedEnvironment { get; init; } = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ"];

    /// <summary>
    /// More variables of the host's environment for the jobs of one batch, asked before each attempt: for what only some may see, such as credentials. They are
    /// written nowhere. Null for none.
    /// </summary>
    public Func<BatchSpec, IReadOnlyList<string>>? PassedEnvironmentOf { get; init; }

    /// <summary>The bash program; null to look in the usual places.</summary>
    public string? BashPath { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Hears of what nobody asked about, such as a damaged journal that was found when the engine opened. Called on any thread, also while the engine
    /// holds its lock: it must return soon and call nothing of the engine.
    /// </summary>
    public Action<Problem>? Report { get; init; }
}
