using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>How a <see cref="SlurmEngine"/> works.</summary>
public sealed record SlurmEngineOptions
{
    /// <summary>
    /// The state folder, on a file system that the host and all nodes see at the same path; created with access for its owner only. One engine at a time
    /// holds it.
    /// </summary>
    public required string Directory { get; init; }

    /// <summary>Where jobs are placed: the options of <c>sbatch</c> that an administrator may set.</summary>
    public SlurmPlacement Placement { get; init; } = new();

    /// <summary>
    /// What of <see cref="Placement"/> is different for the jobs of one batch; asked before each array is made. Null, or an answer of null, for nothing. Above
    /// both stands the account of <see cref="BatchSpec.Identity"/>.
    /// </summary>
    public Func<BatchSpec, SlurmPlacement?>? PlacementOf { get; init; }

    /// <summary>The partition of jobs that ask for no cores, such as drivers; null is that of the others. Drivers wait for others and should not wait for their room.</summary>
    public string? DriverPartition { get; init; }

    /// <summary>The time between the request to end (TERM) and the end by force (KILL) of a job that is stopped.</summary>
    public TimeSpan KillGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The wait before the second attempt of a job; it doubles before each further one, up to <see cref="LongestRetryDelay"/>.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between two attempts of a job.</summary>
    public TimeSpan LongestRetryDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>By what the memory of a job is multiplied at each further attempt; 1 keeps it.</summary>
    public double MemoryGrowth { get; init; } = 1;

    /// <summary>The shortest time between two looks at the queue, while much happens.</summary>
    public TimeSpan ShortestPoll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest time between two looks at the queue, while nothing happens.</summary>
    public TimeSpan LongestPoll { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a file that a node wrote may take to be seen here; a job that is gone from the queue without a trace is judged after it.</summary>
    public TimeSpan VisibilityLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many programs of Slurm hand jobs over at the same time, at most; at least 1. More load the controller and gain little.</summary>
    public int MostSubmissionsAtOnce { get; init; } = 4;

    /// <summary>How long one program of Slurm may take; then it is ended, and asked again later.</summary>
    public TimeSpan CommandLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What happens to a job that names a container image.</summary>
    public ImageRequests Images { get; init; } = ImageRequests.Refuse;

    /// <summary>How containers are run when <see cref="Images"/> is <see cref="ImageRequests.Run"/>; the program is one of the nodes, and looked for there.</summary>
    public ContainerOptions Containers { get; init; } = new();

    /// <summary>When the scratch files of a batch are deleted.</summary>
    public ScratchRetention Scratch { get; init; } = ScratchRetention.UntilSuccess;

    /// <summary>The most bytes that the log of an ended attempt keeps: of a longer one, the first seven eighths and the latest part.</summary>
    public long LogLimitBytes { get; init; } = 64L << 20;

    /// <summary>What brings inputs from URLs and delivers outputs to them; without any, only local paths can be named.</summary>
    public IReadOnlyList<IFileTransfer> Transfers { get; init; } = [];

    /// <summary>
    /// The variables of the host's environment that jobs see, when they are set; everything else comes from <see cref="JobSpec.Environment"/>, which wins,
    /// and from Slurm itself.
    /// </summary>
    public IReadOnlyList<string> PassedEnvironment { get; init; } = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "SLURM_CONF"];

    /// <summary>
    /// More variables of the host's environment for the jobs of one batch, asked before each array is made: for what only some may see, such as credentials.
    /// The engine writes them nowhere; Slurm's controller keeps them with the job. Null for none.
    /// </summary>
    public Func<BatchSpec, IReadOnlyList<string>>? PassedEnvironmentOf { get; init; }

    /// <summary>The folder with <c>sbatch</c>, <c>squeue</c>, <c>scancel</c> and <c>scontrol</c>; null to look in <c>PATH</c>.</summary>
    public string? ProgramFolder { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Hears of what nobody asked about, such as a controller that does not answer. Called on any thread; it must return soon and call nothing of the engine.</summary>
    public Action<Problem>? Report { get; init; }
}
