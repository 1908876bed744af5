namespace AnalysisRunner.Contracts.Codes;

/// <summary>AR51xx: pipeline code that cannot work, found when it runs.</summary>
public static class PipelineCodes
{
    /// <summary>A file is used that no command of its job writes.</summary>
    public const string FileNeverProduced = "AR5101";

    /// <summary>A job or a file belongs to another batch.</summary>
    public const string ForeignJob = "AR5102";

    /// <summary>Jobs depend on each other in a circle.</summary>
    public const string DependencyCycle = "AR5103";

    /// <summary>A batch without jobs was run.</summary>
    public const string EmptyBatch = "AR5104";

    /// <summary>A resource quantity, a time limit or a number of attempts is malformed.</summary>
    public const string QuantityMalformed = "AR5105";

    /// <summary>A file or a collection stands inside quotes, where it cannot be one path or several words.</summary>
    public const string HoleInsideQuotes = "AR5106";

    /// <summary>A value stands where the shell offers no safe way to quote it.</summary>
    public const string HoleNotQuotable = "AR5107";

    /// <summary>A value in a command has no text that a shell could be given.</summary>
    public const string ValueNotText = "AR5108";

    /// <summary>The name of a batch, a file, an image or an attribute is malformed.</summary>
    public const string NameMalformed = "AR5109";

    /// <summary>An environment variable is malformed or reserved.</summary>
    public const string VariableRefused = "AR5110";

    /// <summary>A batch was changed or run again after it was run.</summary>
    public const string BatchAlreadyRun = "AR5111";

    /// <summary>The environment of the driver is incomplete.</summary>
    public const string DriverEnvironmentIncomplete = "AR5112";

    /// <summary>A batch that was waited for did not succeed.</summary>
    public const string BatchDidNotSucceed = "AR5113";

    /// <summary>A command ends within quotes or a substitution.</summary>
    public const string CommandUnfinished = "AR5114";

    /// <summary>A suffix of a storage path is absolute or leads upwards.</summary>
    public const string SuffixEscapes = "AR5115";

    /// <summary>The place of an input or output is no path and no URL of an object.</summary>
    public const string PlaceMalformed = "AR5116";

    /// <summary>Two outputs go to one destination.</summary>
    public const string DestinationTaken = "AR5117";

    /// <summary>Groups of jobs nest too deep.</summary>
    public const string GroupTooDeep = "AR5118";

    /// <summary>The end of a batch is awaited that was only planned.</summary>
    public const string OnlyPlanned = "AR5119";

    /// <summary>A blank command was left out.</summary>
    public const string BlankCommand = "AR5120";

    /// <summary>A method cannot run as a job.</summary>
    public const string MethodNotCallable = "AR5121";

    /// <summary>An argument does not fit the method of a job.</summary>
    public const string ArgumentUnfit = "AR5122";

    /// <summary>A file is used that an earlier run of the batch made.</summary>
    public const string FileOfEarlierRun = "AR5123";

    /// <summary>A job that always runs uses files of jobs that may have failed.</summary>
    public const string FileMayBeMissing = "AR5124";

    /// <summary>The job of a method came to the program's Main.</summary>
    public const string MainRanInJob = "AR5125";

    /// <summary>Two batches of a program ask for different engines.</summary>
    public const string EngineSettingsDiffer = "AR5126";
}
