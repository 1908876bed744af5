namespace AnalysisRunner.Contracts.Codes;

/// <summary>AR62xx: why an engine refused a batch, could not work, or ended an attempt; each has a page in <c>docs/diagnostics</c>.</summary>
public static class EngineCodes
{
    /// <summary>The batch's key is not well formed.</summary>
    public const string BatchKeyMalformed = "AR6201";

    /// <summary>The ids of the jobs are not 1, 2, 3 and so on in order.</summary>
    public const string JobIdsMalformed = "AR6202";

    /// <summary>A parent does not exist in the batch, is named twice, or is the job itself.</summary>
    public const string ParentMalformed = "AR6203";

    /// <summary>Jobs wait for each other in a circle.</summary>
    public const string DependencyCycle = "AR6204";

    /// <summary>A declared output is not a plain relative path below the batch's folder.</summary>
    public const string OutputPathMalformed = "AR6205";

    /// <summary>An environment variable's name or value cannot be passed on, or the engine sets it itself.</summary>
    public const string EnvironmentMalformed = "AR6206";

    /// <summary>A number or text of the batch is out of its range.</summary>
    public const string ValueOutOfRange = "AR6207";

    /// <summary>A job asks for more than the engine has in all.</summary>
    public const string LargerThanCapacity = "AR6208";

    /// <summary>A job asks for a container image and the engine runs none.</summary>
    public const string ImageNotSupported = "AR6209";

    /// <summary>The engine's state folder cannot be read or written.</summary>
    public const string StateFolderUnusable = "AR6210";

    /// <summary>Another engine holds the state folder.</summary>
    public const string StateFolderInUse = "AR6211";

    /// <summary>The bash program was not found.</summary>
    public const string BashMissing = "AR6212";

    /// <summary>A journal holds records that are damaged.</summary>
    public const string JournalDamaged = "AR6213";

    /// <summary>A stored batch cannot be read.</summary>
    public const string BatchUnreadable = "AR6214";

    /// <summary>An attempt could not be started.</summary>
    public const string AttemptNotStarted = "AR6215";

    /// <summary>The host of the engine and the job ended without a trace of the job's end.</summary>
    public const string AttemptLost = "AR6216";

    /// <summary>A job exited 0 without the outputs that it declared.</summary>
    public const string OutputsMissing = "AR6217";

    /// <summary>An attempt ran into its time limit and was stopped.</summary>
    public const string TimeLimitExceeded = "AR6218";

    /// <summary>A group of jobs is malformed, or a job names one that does not exist.</summary>
    public const string GroupMalformed = "AR6219";

    /// <summary>An input file's place or source is malformed, or two sources have one place.</summary>
    public const string InputFileMalformed = "AR6220";

    /// <summary>An output file's place or destination is malformed, or two outputs have one destination.</summary>
    public const string OutputFileMalformed = "AR6221";

    /// <summary>The engine can neither read nor write a URL.</summary>
    public const string TransferMissing = "AR6222";

    /// <summary>An input file could not be brought to its job.</summary>
    public const string InputNotBrought = "AR6223";

    /// <summary>An output file could not be delivered.</summary>
    public const string OutputNotDelivered = "AR6224";

    /// <summary>A job was ended for lack of memory.</summary>
    public const string OutOfMemory = "AR6225";

    /// <summary>A job failed while the disk of its scratch folder was full.</summary>
    public const string ScratchFull = "AR6226";

    /// <summary>The isolation that the engine is set to cannot be had on this machine.</summary>
    public const string IsolationMissing = "AR6227";

    /// <summary>No container of a job's image could be started.</summary>
    public const string ContainerNotStarted = "AR6228";

    /// <summary>A setting of the engine has a value that is none.</summary>
    public const string EngineSettingMalformed = "AR6229";

    /// <summary>The programs of Slurm were not found.</summary>
    public const string SlurmMissing = "AR6240";

    /// <summary>Slurm's controller does not answer.</summary>
    public const string SlurmUnreachable = "AR6241";

    /// <summary>Slurm refused a job.</summary>
    public const string SlurmRefused = "AR6242";

    /// <summary>An option for Slurm, or a path that is handed to it, is malformed or not allowed.</summary>
    public const string SlurmOptionMalformed = "AR6243";

    /// <summary>An environment variable is one that bash lets nobody set.</summary>
    public const string VariableReadOnly = "AR6244";

    /// <summary>The node of a job failed or was taken away.</summary>
    public const string SlurmNodeFailed = "AR6245";

    /// <summary>Slurm ended a job at a time limit of its own.</summary>
    public const string SlurmTimeLimit = "AR6246";

    /// <summary>Somebody cancelled a job in Slurm itself.</summary>
    public const string CancelledInSlurm = "AR6247";

    /// <summary>A job was killed, possibly for lack of memory.</summary>
    public const string PossiblyOutOfMemory = "AR6248";

    /// <summary>A job is gone from Slurm and nothing tells how it ended.</summary>
    public const string SlurmTaskLost = "AR6249";

    /// <summary>Slurm takes no jobs for now.</summary>
    public const string SlurmTakesNothing = "AR6250";

    /// <summary>Somebody put a job back into Slurm's queue.</summary>
    public const string RequeuedInSlurm = "AR6251";

    /// <summary>A setting is for another engine than the one that is chosen.</summary>
    public const string SettingOfOtherEngine = "AR6252";
}
